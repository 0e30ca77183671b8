import { describe, expect, it } from 'vitest'
import { Tally } from '../../bench/load/tally.ts'

/** Takes the tokens of these places, one every millisecond, the first 3 ms after the question. */
function tallyOf(places: readonly number[], tokens: number, ends: boolean): Tally {
  const tally = new Tally()
  const answer = tally.openAnswer(tokens, 1_000_000)
  for (const [order, place] of places.entries()) {
    const nowUs = 1_003_000 + order * 1000
    answer.onToken(place, nowUs - 500, nowUs)
  }
  if (ends) answer.end()
  return tally
}

describe('the count of tokens', () => {
  it.each([
    ['all in order', [0, 1, 2], { received: 3, lost: 0, repeated: 0 }],
    ['one left out', [0, 2], { received: 2, lost: 1, repeated: 0 }],
    ['one twice', [0, 1, 1, 2], { received: 4, lost: 0, repeated: 1 }],
    ['the last missing', [0, 1], { received: 2, lost: 1, repeated: 0 }],
    ['two swapped', [0, 2, 1], { received: 3, lost: 1, repeated: 1 }],
    ['none at all', [], { received: 0, lost: 3, repeated: 0 }],
  ])('%s', (_, places, counts) => {
    expect(tallyOf(places, 3, true).counts).toEqual(counts)
  })

  it('calls nothing lost in an answer that did not end', () => {
    expect(tallyOf([0], 3, false).counts).toEqual({ received: 1, lost: 0, repeated: 0 })
  })

  it('takes the time to the first token, between tokens, and from sending to arrival', () => {
    const { timings, lastTokenUs } = tallyOf([0, 1, 2], 3, true)
    expect(timings).toEqual({ firstTokenMs: [3], gapMs: [1, 1], oneWayMs: [0.5, 0.5, 0.5] })
    expect(lastTokenUs).toBe(1_005_000)
  })
})
