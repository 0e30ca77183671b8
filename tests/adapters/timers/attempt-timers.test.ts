import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AttemptClocks,
  type AttemptEvent,
  advanceAttempt,
  beginAttempt,
  nextDeadline,
  startAttemptTimers,
} from '../../../services/adapters/attempt-timers.ts'
import type { AttemptTimeouts } from '../../../services/common/contracts/generate-request.ts'

const timeouts: AttemptTimeouts = { headersMs: 50, firstTokenMs: 100, idleMs: 60, totalMs: 1000 }
const never = new AbortController().signal

const reasonOf = async (signal: AbortSignal): Promise<unknown> => {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  return signal.reason
}

describe('the clocks of an attempt', () => {
  test('headers, first token, idle and total are told apart', () => {
    const waiting = beginAttempt(0)
    expect(nextDeadline(waiting, timeouts)).toEqual({ atMs: 50, code: 'provider_timeout_headers' })
    const answered = advanceAttempt(waiting, 'headers', 20)
    expect(nextDeadline(answered, timeouts)).toEqual({ atMs: 100, code: 'provider_timeout_first_token' })
    const flowing = advanceAttempt(answered, 'content', 70)
    expect(nextDeadline(flowing, timeouts)).toEqual({ atMs: 130, code: 'provider_timeout_idle' })
    const late = advanceAttempt(flowing, 'bytes', 980)
    expect(nextDeadline(late, timeouts)).toEqual({ atMs: 1000, code: 'provider_timeout_total' })
  })

  test('comments before the first token do not move its deadline, reported progress does', () => {
    const answered = advanceAttempt(beginAttempt(0), 'headers', 5)
    expect(nextDeadline(advanceAttempt(answered, 'bytes', 90), timeouts).atMs).toBe(100)
    expect(nextDeadline(advanceAttempt(answered, 'progress', 90), timeouts).atMs).toBe(190)
  })

  test('a first token sooner than the headers limit is told as such', () => {
    const short = { ...timeouts, firstTokenMs: 20 }
    expect(nextDeadline(beginAttempt(0), short)).toEqual({ atMs: 20, code: 'provider_timeout_first_token' })
  })

  test('time in which nobody reads counts for the total only', () => {
    const flowing = advanceAttempt(advanceAttempt(beginAttempt(0), 'headers', 1), 'content', 10)
    const paused = advanceAttempt(flowing, 'pause', 20)
    expect(nextDeadline(paused, timeouts).code).toBe('provider_timeout_total')
    expect(nextDeadline(advanceAttempt(paused, 'resume', 500), timeouts)).toEqual({
      atMs: 550,
      code: 'provider_timeout_idle',
    })
  })

  test('for any history the deadline is the phase rule, never past the total and never a phase back', () => {
    const rank = { headers: 0, first_token: 1, next_read: 2 }
    const event = fc.constantFrom<AttemptEvent>('headers', 'bytes', 'content', 'progress', 'pause', 'resume')
    const history = fc.array(fc.tuple(event, fc.nat(200)), { maxLength: 60 })
    const limits = fc.record({
      headersMs: fc.integer({ min: 1, max: 500 }),
      firstTokenMs: fc.integer({ min: 1, max: 500 }),
      idleMs: fc.integer({ min: 1, max: 500 }),
      totalMs: fc.integer({ min: 1, max: 5000 }),
    })
    fc.assert(
      fc.property(history, limits, (steps, given) => {
        let now = 0
        let clocks: AttemptClocks = beginAttempt(0)
        for (const [name, laterMs] of steps) {
          now += laterMs
          const next = advanceAttempt(clocks, name, now)
          expect(rank[next.waitingFor]).toBeGreaterThanOrEqual(rank[clocks.waitingFor])
          const deadline = nextDeadline(next, given)
          expect(deadline.atMs).toBeLessThanOrEqual(given.totalMs)
          if (name === 'bytes' && next.waitingFor === 'next_read' && next.pausedAtMs === undefined) {
            expect(deadline.atMs).toBe(Math.min(now + given.idleMs, given.totalMs))
          }
          clocks = next
        }
      }),
    )
  })
})

describe('the timers of an attempt', () => {
  test('each silent phase aborts with its own code', async () => {
    const waiting = startAttemptTimers(timeouts, never)
    expect(await reasonOf(waiting.signal)).toMatchObject({ code: 'provider_timeout_headers' })

    const answered = startAttemptTimers(timeouts, never)
    answered.onHeaders()
    expect(await reasonOf(answered.signal)).toMatchObject({ code: 'provider_timeout_first_token' })

    const flowing = startAttemptTimers(timeouts, never)
    flowing.onHeaders()
    flowing.onContent()
    expect(await reasonOf(flowing.signal)).toMatchObject({ code: 'provider_timeout_idle' })
    expect(flowing.failure()).toBe(flowing.signal.reason)
  })

  test('bytes keep it alive until the total', async () => {
    const timers = startAttemptTimers({ ...timeouts, totalMs: 300 }, never)
    timers.onHeaders()
    timers.onContent()
    const beat = setInterval(() => timers.onBytes(), 10)
    expect(await reasonOf(timers.signal)).toMatchObject({ code: 'provider_timeout_total' })
    clearInterval(beat)
  })

  test('a consumer that holds a batch longer than idle_ms does not fail the vendor', async () => {
    const timers = startAttemptTimers(timeouts, never)
    timers.onHeaders()
    timers.onContent()
    timers.pause()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(timers.signal.aborted).toBe(false)
    timers.resume()
    expect(await reasonOf(timers.signal)).toMatchObject({ code: 'provider_timeout_idle' })
  })

  test('the abort of the caller is caller_cancelled, before the start too', async () => {
    const caller = new AbortController()
    const timers = startAttemptTimers(timeouts, caller.signal)
    caller.abort()
    expect(timers.signal.reason).toMatchObject({ code: 'caller_cancelled' })
    expect(startAttemptTimers(timeouts, caller.signal).signal.reason).toMatchObject({ code: 'caller_cancelled' })
  })

  test('dispose leaves no timer and no listener, and nothing fires after it', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const caller = new AbortController()
    for (let count = 0; count < 100; count++) {
      const timers = startAttemptTimers(timeouts, caller.signal)
      timers.onHeaders()
      timers.dispose()
      timers.onBytes()
    }
    const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    expect(after).toBe(before)
    const last = startAttemptTimers(timeouts, caller.signal)
    last.dispose()
    caller.abort()
    expect(last.signal.aborted).toBe(false)
  })
})
