import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerState } from '../../../clients/web/src/protocol/answer-state.ts'
import { foldAnswer } from '../../../clients/web/src/protocol/fold-answer.ts'
import type { NumberedMessage } from '../../../clients/web/src/protocol/messages.ts'
import { type AnswerScript, anyScript, eventsOf, expectedOf, framesOf, snapshotOf } from './support/answer-script.ts'

const empty: AnswerState = {
  status: 'sending',
  responseId: undefined,
  conversation: undefined,
  profile: undefined,
  items: [],
  phase: undefined,
  queuePosition: 0,
  lastSequenceNumber: -1,
  isStopping: false,
  times: { asked: 1 },
  final: undefined,
  failure: undefined,
}
const live = { now: 5, withoutBytesUpTo: -1 }

const fold = (state: AnswerState, batch: readonly NumberedMessage[], context = live): AnswerState =>
  foldAnswer(state, batch, context).state

/** What may happen to the stream: how much comes in one read, and what follows it. */
const reads = fc.array(
  fc.record({
    size: fc.integer({ min: 1, max: 7 }),
    isJoined: fc.boolean(),
    next: fc.constantFrom('goes on', 'goes on', 'replayed', 'trimmed', 'gap'),
    /** How far the house had come when the connection broke. */
    ahead: fc.integer({ min: 0, max: 20 }),
  }),
  { maxLength: 40 },
)
type Read = (typeof reads extends fc.Arbitrary<infer Reads> ? Reads : never)[number]

/** One read, and what follows it. The state is at the last number that was sent. */
function read(script: AnswerScript, state: AnswerState, { size, isJoined, next, ahead }: Read): AnswerState {
  const events = eventsOf(script)
  const sent = state.lastSequenceNumber + 1
  const result = foldAnswer(state, framesOf(events.slice(sent, sent + size), isJoined), live)
  const { lastSequenceNumber } = result.state
  expect(result.hasGap).toBe(false)
  expect(lastSequenceNumber).toBe(Math.min(events.length, sent + size) - 1)
  switch (next) {
    case 'replayed':
      return fold(result.state, framesOf(events.slice(0, lastSequenceNumber + 1 + ahead), false))
    case 'trimmed': {
      // The terminal event is told by itself.
      const upTo = Math.min(events.length - 2, lastSequenceNumber + ahead)
      const after = fold(result.state, framesOf([snapshotOf(script, upTo)], false))
      expect(after.lastSequenceNumber).toBe(Math.max(upTo, lastSequenceNumber))
      return after
    }
    case 'gap': {
      const beyond = foldAnswer(result.state, framesOf(events.slice(lastSequenceNumber + 2), false), live)
      expect(beyond.state).toBe(result.state)
      expect(beyond.hasGap).toBe(lastSequenceNumber + 2 < events.length)
      return result.state
    }
    default:
      return result.state
  }
}

describe('an answer', () => {
  it('comes to what the model said, however the stream is cut, joined, lost, replayed or trimmed', () => {
    fc.assert(
      fc.property(anyScript, reads, (script, plan) => {
        const events = eventsOf(script)
        const state = plan.reduce((before, one) => read(script, before, one), empty)
        const last = fold(state, framesOf(events.slice(state.lastSequenceNumber + 1), false))
        expect(last).toMatchObject(expectedOf(script))
        expect(last.lastSequenceNumber).toBe(events.length - 1)
        expect(last.times.ended).toBe(5)
        expect(last.final?.status).toBe(script.status)
        expect(last.failure?.code).toBe(script.status === 'failed' ? 'provider_server_error' : undefined)
      }),
      { numRuns: 500 },
    )
  })

  it('is at every number the same, token by token or in one read', () => {
    fc.assert(
      fc.property(anyScript, fc.nat(), fc.boolean(), (script, cut, isJoined) => {
        const events = eventsOf(script)
        const past = events.slice(0, 1 + (cut % events.length))
        const single = framesOf(past, false).reduce((state, message) => fold(state, [message]), empty)
        expect(fold(empty, framesOf(past, isJoined))).toEqual(single)
      }),
    )
  })

  it('is not written to: what a view holds stays as it was', () => {
    fc.assert(
      fc.property(anyScript, fc.integer({ min: 1, max: 7 }), (script, size) => {
        const frames = framesOf(eventsOf(script), false)
        const held: { state: AnswerState; text: string }[] = []
        let state = empty
        for (let sent = 0; sent < frames.length; sent += size) {
          state = fold(state, frames.slice(sent, sent + size))
          held.push({ state, text: JSON.stringify(state) })
        }
        for (const { state: before, text } of held) expect(JSON.stringify(before)).toBe(text)
      }),
    )
  })

  it('keeps the objects of items that did not change', () => {
    const script = {
      items: [
        { kind: 'text', deltas: ['a'] },
        { kind: 'text', deltas: ['b', 'c'] },
      ],
      status: 'completed',
    } as const
    const frames = framesOf(eventsOf(script), false)
    const at = frames.findLastIndex(({ type }) => type === 'response.output_text.delta')
    const before = fold(empty, frames.slice(0, at))
    const after = fold(before, frames.slice(at, at + 1))
    expect(after.items[0]).toBe(before.items[0])
    expect(after.items[1]).not.toBe(before.items[1])
    expect(after.items[1]).toMatchObject({ text: 'bc' })
  })

  it('stays the same object when nothing is new', () => {
    const frames = framesOf(eventsOf({ items: [], status: 'completed' }), false)
    const state = fold(empty, frames)
    expect(fold(state, frames)).toBe(state)
  })

  it('stops at a gap, also at one inside of a joined delta', () => {
    const frames = framesOf(
      eventsOf({ items: [{ kind: 'text', deltas: ['a', 'b', 'c', 'd'] }], status: 'completed' }),
      false,
    )
    const first = frames.findIndex(({ type }) => type === 'response.output_text.delta')
    const state = fold(empty, frames.slice(0, first + 1))
    const delta = frames[first]
    if (delta === undefined || !('delta' in delta)) throw new Error('no delta')
    const overlapping = { ...delta, delta: 'abc', sequence_number: first + 2, first_sequence_number: first }
    for (const next of [overlapping, { ...delta, sequence_number: first + 2 }]) {
      const result = foldAnswer(state, [next], live)
      expect(result).toMatchObject({ hasGap: true, state: { lastSequenceNumber: first } })
      expect(result.state).toBe(state)
    }
  })

  it('counts types it does not know, and leaves out items of kinds it does not know', () => {
    const frame = { response_id: 'run_1', stream_id: 'answer-1' }
    const unknown = [
      { type: 'response.mcp_call.in_progress', ...frame, sequence_number: 1 },
      {
        type: 'response.output_item.added',
        ...frame,
        sequence_number: 2,
        output_index: 0,
        item: { type: 'mcp_call', id: 'x' },
      },
      {
        type: 'response.output_text.delta',
        ...frame,
        sequence_number: 3,
        item_id: 'x',
        output_index: 0,
        content_index: 0,
        delta: 'a',
      },
    ] as unknown as readonly NumberedMessage[]
    const created = framesOf(eventsOf({ items: [], status: 'completed' }), false).slice(0, 1)
    const { state, hasGap } = foldAnswer(empty, [...created, ...unknown], live)
    expect(hasGap).toBe(false)
    expect(state).toMatchObject({ lastSequenceNumber: 3, items: [] })
  })

  it('names the pictures whose bytes follow, and not those that a replay only mentions', () => {
    const script = { items: [{ kind: 'picture', partials: 2, isFinal: true }], status: 'completed' } as const
    const frames = framesOf(eventsOf(script), false)
    const all = foldAnswer(empty, frames, live).announced
    expect(all.map(({ blobNo, isFinal }) => [blobNo, isFinal])).toEqual([
      [0, false],
      [1, false],
      [9, true],
    ])
    const second = frames.findIndex((message) => 'blob_no' in message && message.blob_no === 1)
    const replayed = foldAnswer(empty, frames, { now: 5, withoutBytesUpTo: second })
    expect(replayed.announced.map(({ blobNo }) => blobNo)).toEqual([9])
  })

  it('says when it first had content', () => {
    const script = { items: [{ kind: 'text', deltas: ['a', 'b'] }], status: 'completed' } as const
    const states: AnswerState[] = []
    for (const [now, message] of framesOf(eventsOf(script), false).entries()) {
      states.push(fold(states.at(-1) ?? empty, [message], { now, withoutBytesUpTo: -1 }))
    }
    expect(states.at(-1)?.times).toEqual({ asked: 1, firstContent: 5, ended: 10 })
    expect(states[3]?.phase?.phase).toBe('connecting')
    expect(states[5]?.phase).toBeUndefined()
  })
})
