import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { anna, never, readRun, readUntil, say, terminalOf } from '../support/run-fixtures.ts'
import { hang, make } from './router-harness.ts'

const unread = { limits: { unreadMs: 100 } }

describe('a run that nobody reads', () => {
  test('is cancelled when it is to end with its client, whose cancel was lost', async () => {
    const { router, adapters } = make(unread)
    adapters.enqueue(hang)
    const { runId } = await router.start(say('x', { onDisconnect: 'cancel' }), anna, never)
    await readUntil(router, runId, 'response.output_text.delta')
    await expect.poll(() => adapters.calls[0]?.ended).toBe(true)
    expect(terminalOf(await readRun(router, runId))).toMatchObject({ type: 'response.cancelled' })
  })

  test('is cancelled too when its reader never came', async () => {
    const { router, adapters } = make(unread)
    adapters.enqueue(hang)
    await router.start(say('x', { onDisconnect: 'cancel' }), anna, never)
    await expect.poll(() => adapters.calls[0]?.ended).toBe(true)
  })

  test('goes on while one of its readers is there, and when it is not bound to its client', async () => {
    const { router, adapters } = make(unread)
    adapters.enqueue(hang)
    adapters.enqueue(hang)
    const { runId } = await router.start(say('x', { onDisconnect: 'cancel' }), anna, never)
    const staying = readRun(router, runId)
    await readUntil(router, runId, 'response.output_text.delta')
    await router.start(say('x', { onDisconnect: 'continue' }), anna, never)
    await sleep(500)
    expect(adapters.calls.map(({ ended }) => ended)).toEqual([false, false])
    await router.cancel(runId, 'requested', anna)
    expect(terminalOf(await staying)).toMatchObject({ type: 'response.cancelled' })
  })

  test('is counted anew whenever its last reader leaves', async () => {
    const { router, adapters } = make({ limits: { unreadMs: 600 } })
    adapters.enqueue(hang)
    const { runId } = await router.start(say('x', { onDisconnect: 'cancel' }), anna, never)
    const readFor = (ms: number) => readRun(router, runId, { signal: AbortSignal.timeout(ms) })
    await sleep(400)
    await readFor(400)
    await sleep(400)
    await readFor(10)
    expect(adapters.calls[0]?.ended).toBe(false)
    await expect.poll(() => adapters.calls[0]?.ended, { timeout: 3000 }).toBe(true)
  })

  test('is cancelled after the detach TTL of its profile, and its partial kept', async () => {
    const { router, adapters, history } = make({ profile: { detach_ttl_seconds: 1 } })
    adapters.enqueue(hang)
    const { runId } = await router.start(say('x'), anna, never)
    await readUntil(router, runId, 'response.output_text.delta')
    await sleep(700)
    expect(adapters.calls[0]?.ended).toBe(false)
    await expect.poll(() => history.answers(), { timeout: 3000 }).toHaveLength(1)
    expect(history.answers()[0]).toMatchObject({ status: 'cancelled', parts: [{ type: 'text', text: 'Once' }] })
  })

  test('has a moment for its reader to come where the detach TTL is 0', async () => {
    const { router, adapters } = make({ profile: { detach_ttl_seconds: 0 } })
    adapters.enqueue(hang)
    const { runId } = await router.start(say('x'), anna, never)
    await sleep(200)
    const reading = readRun(router, runId)
    await sleep(1200)
    expect(adapters.calls[0]?.ended).toBe(false)
    await router.cancel(runId, 'requested', anna)
    expect(terminalOf(await reading).type).toBe('response.cancelled')
  })
})
