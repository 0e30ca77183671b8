import { expect, test } from 'vitest'
import { failuresAfter, retryMs } from '../../../../services/mcp/aggregator/upstream/link/retry-listening.ts'

const waitsOf = (listened: readonly number[]): readonly number[] => {
  let failures = 0
  return listened.map((ms) => {
    failures = failuresAfter(failures, ms)
    return retryMs(failures)
  })
}

test('a listening that breaks again and again waits longer each time, up to a minute', () => {
  expect(waitsOf([0, 0, 10, 4999, 0])).toEqual([500, 1000, 2000, 4000, 8000])
  expect(retryMs(100)).toBe(60_000)
})

test('a stream that is closed every few minutes is opened anew at once each time', () => {
  expect(waitsOf([0, 0, 0, 300_000, 300_000, 300_000])).toEqual([500, 1000, 2000, 500, 500, 500])
})
