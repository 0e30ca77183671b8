import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { beginStream, messagesDialect, stepBatch } from '../../../services/adapters/anthropic/map-stream.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import {
  blockStop,
  errorEvent,
  helloStream,
  jsonDelta,
  messageDelta,
  messageStart,
  messageStop,
  ping,
  redactedThinking,
  serverTool,
  textDelta,
  textStart,
  thinkingStart,
  thinkingStream,
  toolStart,
  toolStream,
} from './fixtures.ts'

interface Typed {
  readonly type: string
}

const frame = (event: Typed) => ({ type: event.type, data: JSON.stringify(event) })
const mapped = (...events: readonly Typed[]) => stepBatch(beginStream, events.map(frame))
const failed = (code: string) => ({ status: 'failed', error: { code } })

describe('the documented streams', () => {
  test('text, with the counts of its first and last events', () => {
    expect(mapped(...helloStream)).toMatchObject({
      outcome: { status: 'done' },
      events: [
        { type: 'text-start', id: 'b0' },
        { type: 'text-delta', id: 'b0', text: 'Hello' },
        { type: 'text-delta', id: 'b0', text: '!' },
        { type: 'text-end', id: 'b0' },
        { type: 'usage', usage: { inputTokens: 25, outputTokens: 15 } },
        { type: 'finish', reason: 'stop' },
      ],
    })
  })

  test('a tool call after text, its arguments as they were written', () => {
    expect(mapped(...toolStream).events.slice(3)).toEqual([
      { type: 'tool-call-start', id: 'b1', callId: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6', name: 'get_weather' },
      { type: 'tool-call-delta', id: 'b1', arguments: '{"location":' },
      { type: 'tool-call-delta', id: 'b1', arguments: ' "San Francisco, CA"}' },
      { type: 'tool-call-end', id: 'b1' },
      { type: 'usage', usage: { inputTokens: 472, outputTokens: 89 } },
      { type: 'finish', reason: 'tool_calls' },
    ])
  })

  test('thinking is reasoning before the text; its signature is nothing', () => {
    const { events } = mapped(...thinkingStream)
    expect(events.map(({ type }) => type)).toEqual([
      'reasoning-start',
      'reasoning-delta',
      'reasoning-delta',
      'reasoning-end',
      'text-start',
      'text-delta',
      'text-end',
      'usage',
      'finish',
    ])
    expect(events.at(-2)).toEqual({
      type: 'usage',
      usage: { inputTokens: 25, outputTokens: 60, reasoningTokens: 41 },
    })
  })

  test('come out the same wherever the reads cut them', () => {
    const streams = [helloStream, toolStream, thinkingStream]
    fc.assert(
      fc.property(fc.constantFrom(...streams), fc.array(fc.nat(12)), (stream, cuts) => {
        const bounds = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
        let state = beginStream
        const events: GenerateEvent[] = []
        for (const [index, end] of bounds.slice(1).entries()) {
          const step = stepBatch(state, stream.slice(bounds[index], end).map(frame))
          state = step.state
          events.push(...step.events)
          if (step.outcome.status === 'done') break
        }
        expect(events).toEqual(mapped(...stream).events)
      }),
    )
  })
})

describe('blocks', () => {
  test('thinking is announced before its text comes, which may be kept back', () => {
    for (const start of [thinkingStart(0), redactedThinking(0)]) {
      expect(mapped(start).events).toEqual([{ type: 'reasoning-start', id: 'b0' }])
      expect(mapped(start, blockStop(0)).events.at(-1)).toEqual({ type: 'reasoning-end', id: 'b0' })
    }
  })

  test('text without a character is never announced', () => {
    expect(mapped(textStart(0), textDelta(0, ''), blockStop(0)).events).toEqual([])
  })

  test('what a start event holds already counts', () => {
    const text = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Hi' } }
    expect(mapped(text).events.at(-1)).toEqual({ type: 'text-delta', id: 'b0', text: 'Hi' })
    const { events } = mapped(toolStart(0, { input: { city: 'Bern' } }), blockStop(0))
    expect(events[1]).toEqual({ type: 'tool-call-delta', id: 'b0', arguments: '{"city":"Bern"}' })
  })

  test('a call without arguments has the empty object', () => {
    for (const deltas of [[], [jsonDelta(0, '')]]) {
      const { events } = mapped(toolStart(0), ...deltas, blockStop(0))
      expect(events.slice(1)).toEqual([
        { type: 'tool-call-delta', id: 'b0', arguments: '{}' },
        { type: 'tool-call-end', id: 'b0' },
      ])
    }
  })

  test('two calls are two blocks, each with its own arguments', () => {
    const { events } = mapped(
      toolStart(0),
      jsonDelta(0, '{"a":1}'),
      blockStop(0),
      toolStart(1, { id: 'toolu_2' }),
      jsonDelta(1, '{"b":2}'),
      blockStop(1),
    )
    expect(
      events.flatMap((event) => (event.type === 'tool-call-delta' ? [`${event.id} ${event.arguments}`] : [])),
    ).toEqual(['b0 {"a":1}', 'b1 {"b":2}'])
  })

  test('blocks, deltas and events of a kind we do not know are passed over', () => {
    const citation = { type: 'content_block_delta', index: 1, delta: { type: 'citations_delta', citation: {} } }
    const { events, outcome } = mapped(
      { type: 'vendor_news' },
      serverTool(0),
      jsonDelta(0, '{"query":"x"}'),
      blockStop(0),
      textStart(1),
      citation,
      textDelta(1, 'found'),
      messageDelta('end_turn'),
      messageStop,
    )
    expect(outcome.status).toBe('done')
    expect(events.map(({ type }) => type)).toEqual(['text-start', 'text-delta', 'text-end', 'usage', 'finish'])
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
  })

  test('a character that the vendor cuts in two stays whole, and text has no U+0000', () => {
    const [first, second] = ['\uD83D', '\uDE00']
    const { events } = mapped(textStart(0), textDelta(0, `a${first}`), textDelta(0, `${second}b\0`))
    expect(events.slice(1)).toEqual([
      { type: 'text-delta', id: 'b0', text: 'a' },
      { type: 'text-delta', id: 'b0', text: '😀b\uFFFD' },
    ])
  })
})

const anyEvent = fc
  .tuple(fc.nat(2), fc.nat(11))
  .map(
    ([index, kind]): Typed =>
      [
        textStart(index),
        textDelta(index, 'a'),
        textDelta(index, '\uD83D'),
        thinkingStart(index),
        toolStart(index),
        jsonDelta(index, '{}'),
        serverTool(index),
        blockStop(index),
        messageDelta('tool_use'),
        messageStart(),
        messageStop,
        ping,
      ][kind] ?? ping,
  )

/** Ids opened and not closed, as the events go; a delta or end of another is a defect. */
function openIds(events: readonly GenerateEvent[]): readonly string[] {
  const open = new Set<string>()
  for (const event of events) {
    if (!('id' in event)) continue
    const isStart = event.type.endsWith('-start')
    expect(open.has(event.id)).toBe(!isStart)
    if (isStart) open.add(event.id)
    if (event.type.endsWith('-end')) open.delete(event.id)
  }
  return [...open]
}

test('whatever events come in whatever order, blocks are bracketed and a finish closes them all', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      const step = mapped(...events)
      const open = openIds(step.events)
      if (step.outcome.status === 'done') expect(open).toEqual([])
      if (step.outcome.status !== 'failed') return
      const isEmpty = step.events.length === 0
      const codes = isEmpty ? ['provider_stream_error', 'provider_stream_truncated'] : ['provider_stream_error']
      expect(codes).toContain(step.outcome.error.code)
    }),
    { numRuns: 2000 },
  )
})

describe('the end', () => {
  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
  ] as const)('stop_reason %s is %s', (vendor, ours) => {
    expect(mapped(messageDelta(vendor), messageStop).events.at(-1)).toEqual({ type: 'finish', reason: ours })
  })

  test('what the cache gave and took is part of the input', () => {
    const start = messageStart({
      input_tokens: 10,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 200,
      output_tokens: 1,
    })
    expect(mapped(start, messageDelta('end_turn', { output_tokens: 7 }), messageStop).events[0]).toEqual({
      type: 'usage',
      usage: { inputTokens: 1210, outputTokens: 7, cachedTokens: 1000 },
    })
  })

  test('a server that counts nothing reports no usage', () => {
    const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' } }
    expect(mapped({ type: 'message_start' }, end, messageStop).events).toEqual([{ type: 'finish', reason: 'stop' }])
  })

  test('blocks left open end, and what follows message_stop is ignored', () => {
    const { events, outcome } = mapped(textStart(0), textDelta(0, 'a'), messageStop, errorEvent('api_error'))
    expect(outcome).toEqual({ status: 'done' })
    expect(events.map(({ type }) => type)).toEqual(['text-start', 'text-delta', 'text-end', 'finish'])
  })

  test('a stop_reason is enough, without one the end is provider_stream_truncated', () => {
    const whole = mapped(textStart(0), textDelta(0, 'a'), messageDelta('end_turn')).state
    expect(messagesDialect.isComplete(whole)).toBe(true)
    expect(messagesDialect.end(whole).map(({ type }) => type)).toEqual(['text-end', 'usage', 'finish'])
    const cut = mapped(messageStart(), textStart(0), textDelta(0, 'a'), blockStop(0)).state
    expect(messagesDialect.isComplete(cut)).toBe(false)
    expect(() => messagesDialect.end(cut)).toThrow(expect.objectContaining({ code: 'provider_stream_truncated' }))
  })
})

describe('failures inside the stream', () => {
  test.each([
    ['overloaded_error', 'provider_stream_error'],
    ['rate_limit_error', 'provider_stream_error'],
    ['api_error', 'provider_stream_error'],
    ['invalid_request_error', 'provider_stream_error'],
    ['new_kind_of_error', 'provider_stream_error'],
  ])('an error event of type %s is %s, after what came before', (type, code) => {
    const { events, outcome } = mapped(textStart(0), textDelta(0, 'a'), errorEvent(type), textDelta(0, 'b'))
    expect(outcome).toMatchObject(failed(code))
    expect(JSON.stringify(outcome)).not.toContain('secret vendor text')
    expect(events).toHaveLength(2)
  })

  test('what cannot be read is provider_stream_error, never skipped', () => {
    const bad = failed('provider_stream_error')
    const message = (data: string) => stepBatch(beginStream, [{ type: 'message', data }]).outcome
    expect(message('{"type":"content_block_delta","delta":')).toMatchObject(bad)
    expect(message('[1]')).toMatchObject(bad)
    expect(message('{"choices":[]}')).toMatchObject(bad)
    expect(stepBatch(beginStream, [{ type: 'error', data: 'upstream died' }]).outcome).toMatchObject(bad)
    expect(mapped({ type: 'error' }).outcome).toMatchObject(bad)
    expect(mapped({ type: 'content_block_stop' }).outcome).toMatchObject(bad)
    expect(mapped(textDelta(3, 'a')).outcome).toMatchObject(bad)
    expect(mapped(toolStart(0, { name: '' })).outcome).toMatchObject(bad)
    const empty = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta' } }
    expect(mapped(textStart(0), empty).outcome).toMatchObject(bad)
  })

  test('a ping is no content', () => {
    expect(mapped(ping)).toEqual({ state: beginStream, events: [], outcome: { status: 'open' } })
  })
})
