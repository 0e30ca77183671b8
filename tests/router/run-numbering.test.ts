import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FinishReason, GenerateEvent } from '../../services/common/contracts/generate-event.ts'
import type { MessagePart } from '../../services/common/contracts/history.ts'
import type { OutputItem, OutputPart, RunEvent } from '../../services/common/contracts/run-event.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { type AdapterStep, fakeAdapters } from '../../services/common/testing/fake-adapters.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { createRouter } from '../../services/router/router.ts'
import { anna, never, profileOf, quiet, readRun, say, snapshotOf, terminalOf } from '../support/run-fixtures.ts'

/** Ids on purpose few: blocks are opened twice, closed twice, written to when they are not open. */
const id = fc.constantFrom('a', 'b', 'c')
/** What a store keeps as it is: well-formed, without U+0000. */
const text = fc.string({ maxLength: 5, unit: 'grapheme' })
const bytes = fc.uint8Array({ minLength: 1, maxLength: 20 })
const picture = { mediaType: fc.constant('image/png'), bytes }
const event: fc.Arbitrary<GenerateEvent> = fc.oneof(
  fc.record({ type: fc.constantFrom('text-start' as const, 'reasoning-start' as const), id }),
  fc.record({ type: fc.constantFrom('text-delta' as const, 'reasoning-delta' as const), id, text }),
  fc.record({ type: fc.constantFrom('text-end' as const, 'reasoning-end' as const, 'tool-call-end' as const), id }),
  fc.record({ type: fc.constant('tool-call-start' as const), id, callId: text, name: text }),
  fc.record({ type: fc.constant('tool-call-delta' as const), id, arguments: text }),
  fc.record({ type: fc.constant('image-partial' as const), id, index: fc.nat(2), ...picture }),
  fc.record({ type: fc.constant('image' as const), id, ...picture }),
  fc.record({
    type: fc.constant('phase' as const),
    phase: fc.constantFrom('prompt_eval' as const, 'loading_model' as const),
  }),
  fc.constant<GenerateEvent>({ type: 'usage', usage: { inputTokens: 1, outputTokens: 2 } }),
)

/** A sequence in which everything fits, so that long answers come up often too. */
const fitting: fc.Arbitrary<readonly GenerateEvent[]> = fc
  .array(
    fc.oneof(
      fc.tuple(fc.constantFrom('text' as const, 'reasoning' as const), fc.array(text, { maxLength: 4 })),
      fc.tuple(fc.constantFrom('tool-call' as const, 'image' as const), fc.array(text, { maxLength: 2 })),
    ),
    { maxLength: 5 },
  )
  .map((blocks) => blocks.flatMap(([kind, texts], index) => block(kind, `block-${index}`, texts)))

function block(kind: 'text' | 'reasoning' | 'tool-call' | 'image', id: string, texts: readonly string[]) {
  const events: readonly GenerateEvent[] = {
    text: [
      { type: 'text-start', id } as const,
      ...texts.map((text) => ({ type: 'text-delta', id, text }) as const),
      { type: 'text-end', id } as const,
    ],
    reasoning: [
      { type: 'reasoning-start', id } as const,
      ...texts.map((text) => ({ type: 'reasoning-delta', id, text }) as const),
      { type: 'reasoning-end', id } as const,
    ],
    'tool-call': [
      { type: 'tool-call-start', id, callId: `call-${id}`, name: 'tool' } as const,
      ...texts.map((text) => ({ type: 'tool-call-delta', id, arguments: text }) as const),
      { type: 'tool-call-end', id } as const,
    ],
    image: [{ type: 'image', id, mediaType: 'image/png', bytes: new TextEncoder().encode(id) } as const],
  }[kind]
  return events
}

type End =
  | { readonly type: 'finish'; readonly reason: FinishReason }
  | { readonly type: 'cut' | 'fail' | 'defect' | 'cancel' }

const end: fc.Arbitrary<End> = fc.oneof(
  fc.record({
    type: fc.constant('finish' as const),
    reason: fc.constantFrom<FinishReason>('stop', 'length', 'tool_calls', 'content_filter'),
  }),
  fc.record({ type: fc.constantFrom('cut' as const, 'fail' as const, 'defect' as const, 'cancel' as const) }),
)

const endings: Readonly<Record<End['type'], (end: End) => readonly AdapterStep[]>> = {
  finish: (how) => [{ do: 'emit', events: [{ type: 'finish', reason: how.type === 'finish' ? how.reason : 'stop' }] }],
  cut: () => [],
  fail: () => [{ do: 'fail', error: new HearthError('provider_stream_error', 'It failed.') }],
  defect: () => [{ do: 'fail', error: new TypeError('undefined is not a function') }],
  cancel: () => [{ do: 'hang' }],
}

test('whatever an adapter does: numbers 0..n, one terminal, every added item done, history as streamed', async () => {
  const batches = fc.oneof(
    fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
    fitting.map((events) => events.map((each) => [each])),
    fitting.map((events) => (events.length === 0 ? [] : [events])),
  )
  const seed = Date.now() & 0x7fffffff
  console.info(`seed ${seed}`)
  await fc.assert(
    fc.asyncProperty(batches, end, async (script, how) => {
      const history = new FakeHistory()
      const adapters = fakeAdapters()
      adapters.enqueue([...script.map((events) => ({ do: 'emit', events }) as const), ...endings[how.type](how)])
      const settings = () => snapshotOf([profileOf('demo', { default: true })])
      const { router, part } = createRouter({ adapters, history, settings, log: quiet })
      const { runId } = await router.start(say('go'), anna, never)
      const reading = readRun(router, runId)
      if (how.type === 'cancel') {
        await new Promise(setImmediate)
        await router.cancel(runId, 'requested', anna)
      }
      const events = await reading
      checkNumbers(events)
      checkItems(events)
      checkHistory(events, history)
      expect(adapters.calls.every(({ ended }) => ended)).toBe(true)
      await part.stop(AbortSignal.abort())
    }),
    { numRuns: 400, seed },
  )
}, 60_000)

function checkNumbers(events: readonly RunEvent[]): void {
  expect(events.map(({ sequenceNumber }) => sequenceNumber)).toEqual(events.map((_, index) => index))
  expect(events[0]?.message.type).toBe('response.created')
  expect(events.filter(({ message }) => 'response' in message)).toHaveLength(1)
  expect(terminalOf(events).response.id).toMatch(/^resp_/)
}

function checkItems(events: readonly RunEvent[]): void {
  const added = events.flatMap(({ message }) => (message.type === 'response.output_item.added' ? [message] : []))
  const done = events.flatMap(({ message }) => (message.type === 'response.output_item.done' ? [message] : []))
  expect(added.map(({ output_index: index }) => index)).toEqual(added.map((_, index) => index))
  expect(done.map(({ item }) => item.id).sort()).toEqual(added.map(({ item }) => item.id).sort())
  for (const { item } of done) {
    const deltas = events
      .map(({ message }) => ('delta' in message && message.item_id === item.id ? message.delta : ''))
      .join('')
    if (item.type === 'function_call') expect(item.arguments).toBe(deltas)
    if (item.type === 'message' || item.type === 'reasoning') expect(item.content.map(textOf).join('')).toBe(deltas)
  }
  const blobs = events.flatMap(({ message }) => ('blob_no' in message ? [message.blob_no] : []))
  expect(blobs).toEqual(blobs.map((_, index) => index))
}

function checkHistory(events: readonly RunEvent[], history: FakeHistory): void {
  const [answer, ...more] = history.answers()
  expect(more).toEqual([])
  expect(answer?.status).toBe(terminalOf(events).response.status)
  const done = events.flatMap(({ message }) => (message.type === 'response.output_item.done' ? [message] : []))
  const items = done.toSorted((a, b) => a.output_index - b.output_index).map(({ item }) => item)
  const streamed = items.flatMap(partOf)
  expect(answer?.parts).toEqual(streamed)
}

const storedTypes = { output_text: 'text', reasoning_text: 'reasoning', refusal: 'refusal' } as const

const textOf = (part: OutputPart): string => (part.type === 'refusal' ? part.refusal : part.text)

function partOf(item: OutputItem): readonly MessagePart[] {
  switch (item.type) {
    case 'message':
    case 'reasoning':
      return item.content
        .map((part) => ({ type: storedTypes[part.type], text: textOf(part) }))
        .filter(({ text }) => text !== '')
    case 'function_call':
      return [{ type: 'tool_call', callId: item.call_id, name: item.name, arguments: item.arguments }]
    case 'image_generation_call':
      return item.blob_id === undefined ? [] : [{ type: 'image', blobId: item.blob_id, mediaType: 'image/png' }]
  }
}
