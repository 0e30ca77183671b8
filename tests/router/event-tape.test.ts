import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RunEvent, RunMessage } from '../../services/common/contracts/run-event.ts'
import { EventTape } from '../../services/router/event-tape.ts'

const place = { item_id: fc.constantFrom('a', 'b'), output_index: fc.constant(0) }
const delta = fc.string({ maxLength: 4 })
const message: fc.Arbitrary<RunMessage> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom('response.output_text.delta' as const, 'response.reasoning_text.delta' as const),
      ...place,
      content_index: fc.constantFrom(0, 1),
      delta,
    }),
  },
  fc.record({ type: fc.constant('response.function_call_arguments.delta' as const), ...place, delta }),
  fc.record({ type: fc.constant('response.queued' as const), position: fc.nat(3) }),
)

type Move =
  | { readonly do: 'push'; readonly message: RunMessage; readonly bytes: Uint8Array | undefined }
  | { readonly do: 'drop' }
  | { readonly do: 'read'; readonly back: number; readonly limit: number }

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      message,
      bytes: fc.option(fc.uint8Array({ maxLength: 2 }), { nil: undefined, freq: 20 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Move>({ do: 'drop' }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), back: fc.nat(40), limit: fc.nat(10) }) },
)

/** What the tape stands for: a list, with the number of its first event. */
interface Model {
  readonly events: RunEvent[]
  first: number
}

function play(tape: EventTape, model: Model, next: Move): void {
  if (next.do === 'push') {
    const bytes = 'delta' in next.message ? undefined : next.bytes
    const draft = bytes === undefined ? { message: next.message } : { message: next.message, bytes }
    model.events.push({ ...draft, sequenceNumber: model.events.length })
    expect(tape.push(draft)).toEqual(model.events.at(-1))
  } else if (next.do === 'drop') {
    tape.dropOldest()
    model.first = Math.min(model.first + 1, model.events.length)
  } else {
    const number = Math.max(model.first, model.events.length - next.back)
    expect(tape.from(number, next.limit)).toEqual(model.events.slice(number, number + next.limit))
  }
  expect([tape.firstNumber, tape.nextNumber, tape.length]).toEqual([
    model.first,
    model.events.length,
    model.events.length - model.first,
  ])
}

test('a tape gives back what was pushed, from any number that is kept, and weighs nothing when all is dropped', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 120 }), (moves) => {
      const tape = new EventTape()
      const model: Model = { events: [], first: 0 }
      for (const next of moves) play(tape, model, next)
      expect(tape.from(model.first, 1000)).toEqual(model.events.slice(model.first))
      while (tape.length > 0) tape.dropOldest()
      expect(tape.bytes).toBe(0)
    }),
    { numRuns: 500 },
  )
})

test('a delta weighs little more than its text', () => {
  const tape = new EventTape()
  for (let index = 0; index < 1000; index += 1) {
    const part = { item_id: 'a', output_index: 0, content_index: 0 }
    tape.push({ message: { type: 'response.output_text.delta', ...part, delta: 'four' } })
  }
  expect(tape.bytes).toBeLessThan(100_000)
})
