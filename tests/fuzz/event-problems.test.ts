import { describe, expect, it } from 'vitest'
import { eventProblems, joinedEvents } from '../../scripts/fuzz/streams/event-problems.ts'
import type { GenerateEvent } from '../../services/common/contracts/generate-event.ts'

const finished = (...events: readonly GenerateEvent[]): readonly string[] =>
  eventProblems({ events, ending: { status: 'finished' } })

const start: GenerateEvent = { type: 'text-start', id: 'b0' }
const delta = (text: string): GenerateEvent => ({ type: 'text-delta', id: 'b0', text })
const end: GenerateEvent = { type: 'text-end', id: 'b0' }
const finish: GenerateEvent = { type: 'finish', reason: 'stop' }

describe('the judge of a fuzzed stream', () => {
  it('has nothing against an answer by the contract', () => {
    expect(
      finished(start, delta('a'), end, { type: 'usage', usage: { inputTokens: 1, outputTokens: 1 } }, finish),
    ).toEqual([])
  })

  it.each<[string, readonly GenerateEvent[]]>([
    ['a block that never ends', [start, finish]],
    ['a block that ends twice', [start, end, end, finish]],
    ['a block that begins twice', [start, end, start, end, finish]],
    ['text outside its block', [delta('a'), finish]],
    ['no finish', [start, end]],
    ['two', [finish, finish]],
    ['something after it', [finish, start, end]],
    ['half a character', [start, delta('\ud83d'), end, finish]],
    ['U+0000', [start, delta('\0'), end, finish]],
    ['a count that is none', [{ type: 'usage', usage: { inputTokens: -1, outputTokens: 2 ** 60 } }, finish]],
  ])('sees %s', (_what, events) => {
    expect(finished(...events)).not.toEqual([])
  })

  it('sees a finish before a failure', () => {
    expect(eventProblems({ events: [finish], ending: { status: 'failed', code: 'x' } })).not.toEqual([])
  })

  it('joins the deltas of a block, however they were cut, and nothing else', () => {
    expect(joinedEvents([start, delta('a'), delta('b'), end])).toEqual(joinedEvents([start, delta('ab'), end]))
    expect(joinedEvents([start, delta('a'), end])).not.toEqual(joinedEvents([start, delta('b'), end]))
  })
})
