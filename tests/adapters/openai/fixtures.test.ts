import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import * as chat from './fixtures/chat.ts'
import * as embeddings from './fixtures/embeddings.ts'
import { refusals } from './fixtures/errors.ts'
import * as images from './fixtures/images.ts'
import * as responses from './fixtures/responses.ts'
import { collect, never, textRequest } from './openai-harness.ts'
import { startReplay } from './replay-server.ts'

let replay: Awaited<ReturnType<typeof startReplay>>
beforeAll(async () => {
  replay = await startReplay()
})
afterAll(async () => {
  await replay.stop()
})

type Kind = 'text' | 'reasoning' | 'refusal'
const block = (kind: Kind, id: string, ...texts: readonly string[]): readonly GenerateEvent[] => [
  { type: `${kind}-start`, id },
  ...texts.map((text): GenerateEvent => ({ type: `${kind}-delta`, id, text })),
  { type: `${kind}-end`, id },
]
const waiting: GenerateEvent = { type: 'phase', phase: 'waiting_first_token' }
const finish = (reason: 'stop' | 'length' | 'tool_calls' | 'content_filter'): GenerateEvent => ({
  type: 'finish',
  reason,
})

describe('a Chat Completions stream', () => {
  const play = async (events: readonly object[]) => {
    replay.replayEvents(events, 'data: [DONE]\n\n')
    return collect(replay.adapter.generate(textRequest(), never))
  }

  test('of text', async () => {
    const { events } = await play(chat.text)
    const usage = { inputTokens: 19, outputTokens: 10, cachedTokens: 4, reasoningTokens: 0 }
    expect(events).toEqual([waiting, ...block('text', 'b0', 'Hello', '!'), { type: 'usage', usage }, finish('stop')])
  })

  test('of two tool calls', async () => {
    const { events } = await play(chat.parallelTools)
    expect(events).toEqual([
      waiting,
      { type: 'tool-call-start', id: 'b0', callId: 'call_DdmO9pD3xa9XTPNJ32zg2hcA', name: 'get_weather' },
      { type: 'tool-call-delta', id: 'b0', arguments: '{"city":' },
      { type: 'tool-call-delta', id: 'b0', arguments: '"Paris"}' },
      { type: 'tool-call-start', id: 'b1', callId: 'call_2nd', name: 'get_weather' },
      { type: 'tool-call-delta', id: 'b1', arguments: '{"city":"Bogotá"}' },
      { type: 'tool-call-end', id: 'b0' },
      { type: 'tool-call-end', id: 'b1' },
      finish('tool_calls'),
    ])
  })

  test('of a refusal', async () => {
    const { events } = await play(chat.refusal)
    expect(events).toEqual([
      waiting,
      ...block('refusal', 'b0', "I'm sorry, ", 'I cannot assist with that.'),
      finish('stop'),
    ])
  })

  test('of a reasoning model that counts its thoughts', async () => {
    const { events } = await play(chat.reasoningModel)
    const usage = { inputTokens: 75, outputTokens: 1186, cachedTokens: 0, reasoningTokens: 1024 }
    expect(events.slice(-2)).toEqual([{ type: 'usage', usage }, finish('length')])
  })
})

describe('a Responses stream', () => {
  const usage: GenerateEvent = {
    type: 'usage',
    usage: { inputTokens: 37, outputTokens: 11, cachedTokens: 12, reasoningTokens: 3 },
  }
  const play = async (events: readonly object[]) => {
    replay.replayEvents(events)
    return collect(replay.adapter.generate(textRequest({ connection: 'responses' }), never))
  }

  test('of text', async () => {
    const { events, error } = await play(responses.text)
    expect(error).toBeUndefined()
    expect(events).toEqual([waiting, ...block('text', 'b0', 'Hi', ' there!'), usage, finish('stop')])
  })

  test('of a summary, reasoning and text', async () => {
    const { events } = await play(responses.reasoning)
    expect(events).toEqual([
      waiting,
      ...block('reasoning', 'b0', 'Greeting'),
      ...block('reasoning', 'b1', 'politely'),
      ...block('reasoning', 'b2', 'They said hi.'),
      ...block('text', 'b3', 'Hi!'),
      usage,
      finish('stop'),
    ])
  })

  test('of a refusal', async () => {
    const { events } = await play(responses.refusal)
    expect(events).toEqual([waiting, ...block('refusal', 'b0', "I'm sorry, ", 'no.'), usage, finish('stop')])
  })

  test('of two tool calls whose pieces come mixed', async () => {
    const { events } = await play(responses.parallelTools)
    expect(events).toEqual([
      waiting,
      { type: 'tool-call-start', id: 'b0', callId: 'call_0', name: 'get_weather' },
      { type: 'tool-call-start', id: 'b1', callId: 'call_1', name: 'get_weather' },
      { type: 'tool-call-delta', id: 'b0', arguments: '{"city":' },
      { type: 'tool-call-delta', id: 'b1', arguments: '{}' },
      { type: 'tool-call-delta', id: 'b0', arguments: '"Paris"}' },
      { type: 'tool-call-end', id: 'b0' },
      { type: 'tool-call-end', id: 'b1' },
      usage,
      finish('tool_calls'),
    ])
  })

  test('that is cut by the limit of length, or by a filter', async () => {
    const byLength = await play(responses.incompleteByLength)
    expect(byLength.events).toEqual([waiting, ...block('text', 'b0', 'Once'), usage, finish('length')])
    expect((await play(responses.incompleteByFilter)).events.at(-1)).toEqual(finish('content_filter'))
  })

  test.each([
    ['a response that failed', responses.failed, 'provider_stream_error', 'Once'],
    ['an error event', responses.rateLimited, 'provider_stream_error', ''],
  ] as const)('that ends with %s is %s, what came before is kept', async (_, events, code, kept) => {
    const { error, text, events: ours } = await play(events)
    expect(error).toMatchObject({ code, message: expect.not.stringContaining('secret') })
    expect(text).toBe(kept)
    expect(ours.some(({ type }) => type === 'finish')).toBe(false)
  })
})

describe('a picture', () => {
  const request = textRequest({
    image: { prompt: 'a lamp', partialImages: 2, size: 'auto', format: 'png', inputs: [] },
  })
  const png = (mark: number) => Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, mark])
  const final: readonly GenerateEvent[] = [
    { type: 'image', id: 'b0', mediaType: 'image/png', bytes: png(3) },
    { type: 'usage', usage: { inputTokens: 50, outputTokens: 50 } },
    finish('stop'),
  ]
  const seen = async () => {
    const { events } = await collect(replay.adapter.generate(request, never))
    return events.map((event) => ('bytes' in event ? { ...event, bytes: Uint8Array.from(event.bytes) } : event))
  }

  test('comes rough first', async () => {
    replay.replayEvents(images.generation)
    expect(await seen()).toEqual([
      waiting,
      { type: 'image-partial', id: 'b0', index: 0, mediaType: 'image/png', bytes: png(1) },
      { type: 'image-partial', id: 'b0', index: 1, mediaType: 'image/png', bytes: png(2) },
      ...final,
    ])
  })

  test('is changed rough first', async () => {
    replay.replayEvents(images.edit)
    expect((await seen()).slice(2)).toEqual(final)
  })

  test('comes whole from a server that knows no streams', async () => {
    replay.replayJson(images.wholeAnswer)
    expect(await seen()).toEqual([waiting, ...final])
  })
})

describe('an error body', () => {
  test.each(refusals)('$status $body.error.code is $code by every API, without the text of the vendor', async (row) => {
    replay.replayJson(row.body, row.status)
    const image = { prompt: 'a lamp', partialImages: 0, size: 'auto', format: 'png', inputs: [] } as const
    for (const request of [textRequest(), textRequest({ connection: 'responses' }), textRequest({ image })]) {
      const { error } = await collect(replay.adapter.generate(request, never))
      expect(error).toMatchObject({ code: row.code, message: expect.not.stringContaining('secret') })
      const isTooLong = row.body.error.code === 'context_length_exceeded'
      expect(error?.details.openaiCode).toBe(isTooLong ? 'context_length_exceeded' : undefined)
    }
  })
})

test('vectors come in the order of the inputs', async () => {
  replay.replayJson(embeddings.twoVectors)
  const request = { connection: 'default', model: 'm', inputs: ['a', 'b'], timeoutMs: 5000 }
  expect(await replay.adapter.embed(request, never)).toEqual({
    vectors: [Float32Array.from([0.0625, 1]), Float32Array.from([0.5, -0.25])],
    inputTokens: 8,
  })
})
