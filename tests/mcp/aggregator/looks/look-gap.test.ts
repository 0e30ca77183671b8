import { expect, test } from 'vitest'
import { nextLook, SlowLane } from '../../../../services/mcp/aggregator/looks/look-gap.ts'

test('one that rests is looked at soon, one that never rests less and less often', () => {
  expect(nextLook({ streak: 0, lookedAtMs: undefined }, 0)).toEqual({ waitMs: 50, streak: 0 })
  let now = 0
  let streak = 0
  const waits: number[] = []
  for (let look = 0; look < 14; look++) {
    const next = nextLook({ streak, lookedAtMs: now }, now)
    streak = next.streak
    now += next.waitMs
    waits.push(next.waitMs)
  }
  expect(waits.slice(0, 5)).toEqual([50, 100, 200, 400, 800])
  expect(waits.at(-1)).toBe(30_000)
  expect(nextLook({ streak, lookedAtMs: now }, now + 70_000)).toEqual({ waitMs: 50, streak: 0 })
})

test('hundreds that never rest share ten looks a second, and none waits for those that were before', () => {
  const lane = new SlowLane()
  const waits = Array.from({ length: 300 }, () => lane.wait(1000))
  expect(waits[0]).toBe(100)
  expect(waits.at(-1)).toBe(30_000)
  expect(lane.wait(100_000)).toBe(100)
})
