import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WorkPace } from '../../../services/mcp/store/work-pace.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Whether the promise is settled by now. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false
  void promise.then(() => {
    settled = true
  })
  await vi.advanceTimersByTimeAsync(0)
  return settled
}

describe('the pace of work that can wait', () => {
  it('rests so many times as long as it worked, a second at most', async () => {
    const pace = new WorkPace(9)
    pace.begin()
    vi.advanceTimersByTime(10)
    const short = pace.rest()
    await vi.advanceTimersByTimeAsync(89)
    expect(await isSettled(short)).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await isSettled(short)).toBe(true)
    vi.advanceTimersByTime(5000)
    const long = pace.rest()
    await vi.advanceTimersByTimeAsync(999)
    expect(await isSettled(long)).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await isSettled(long)).toBe(true)
  })

  it('rests no longer, and not again, while somebody waits for the work', async () => {
    const pace = new WorkPace(9)
    const work = Promise.withResolvers<void>()
    pace.begin()
    vi.advanceTimersByTime(100)
    const resting = pace.rest()
    expect(await isSettled(resting)).toBe(false)
    const hurried = pace.hurry(() => work.promise)
    expect(pace.isHurried).toBe(true)
    expect(await isSettled(resting)).toBe(true)
    vi.advanceTimersByTime(100)
    expect(await isSettled(pace.rest())).toBe(true)
    work.resolve()
    await hurried
    expect(pace.isHurried).toBe(false)
  })
})
