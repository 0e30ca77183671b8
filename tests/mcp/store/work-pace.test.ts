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
  it.each([
    { worked: 10, rest: 90 },
    { worked: 5000, rest: 1000 },
  ])('rests nine times as long as it worked, a second at most: $rest ms after $worked', async ({ worked, rest }) => {
    const pace = new WorkPace(9)
    pace.begin()
    vi.advanceTimersByTime(worked)
    const resting = pace.rest()
    await vi.advanceTimersByTimeAsync(rest - 1)
    expect(await isSettled(resting)).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await isSettled(resting)).toBe(true)
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
