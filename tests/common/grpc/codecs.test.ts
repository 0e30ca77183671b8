import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GenerateBatch, GenerateCall } from '../../../proto/gen/hearth/v1/adapter.ts'
import { RunEventBatch, StartRequest } from '../../../proto/gen/hearth/v1/router.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import { runMessages } from '../../../services/common/contracts/protocol/run-messages.ts'
import type { RunEvent, RunMessage } from '../../../services/common/contracts/run-event.ts'
import type { RunRequest } from '../../../services/common/contracts/run-request.ts'
import { joinBatches, splitBatch } from '../../../services/common/grpc/batch-frames.ts'
import { decodeGenerateEvent, encodeGenerateEvent } from '../../../services/common/grpc/generate-event-codec.ts'
import { encodeGenerateRequest } from '../../../services/common/grpc/generate-request-codec.ts'
import { decodeRunEvent, encodeRunEvent } from '../../../services/common/grpc/run-event-codec.ts'
import {
  decodePrincipal,
  decodeRunRequest,
  encodePrincipal,
  encodeRunRequest,
} from '../../../services/common/grpc/run-request-codec.ts'
import { generateFraming } from '../../../services/common/grpc/services.ts'
import { everyEvent } from '../../support/prompted-adapters.ts'
import { anna, failureOf, say } from '../../support/run-fixtures.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 30 })
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => new Uint8Array(array))

const generateEvent: fc.Arbitrary<GenerateEvent> = fc.oneof(
  fc.constantFrom(...everyEvent),
  fc.record({ type: fc.constant('text-delta' as const), id: text, text }),
  fc.record({ type: fc.constant('image' as const), id: text, mediaType: text, bytes }),
  fc.record({
    type: fc.constant('usage' as const),
    usage: fc.record(
      { inputTokens: fc.nat(), outputTokens: fc.nat(), cachedTokens: fc.nat() },
      { requiredKeys: ['inputTokens', 'outputTokens'] },
    ),
  }),
)

const seed = Date.now() & 0x7fffffff
console.info(`seed ${seed}`)

test('any batch of an adapter survives the wire', () => {
  fc.assert(
    fc.property(fc.array(generateEvent, { maxLength: 20 }), (events) => {
      const wire = GenerateBatch.encode({ events: events.map(encodeGenerateEvent) }).finish()
      expect(GenerateBatch.decode(wire).events.map(decodeGenerateEvent)).toEqual(events)
    }),
    { seed },
  )
})

test('a batch of any size is cut into messages under the limit and joined again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 4 }), async (sizes) => {
      const events = sizes.map((size, index): GenerateEvent => {
        return { type: 'image', id: `${index}`, mediaType: 'image/png', bytes: new Uint8Array(size).fill(index) }
      })
      const messages = [...splitBatch(generateFraming, { events: events.map(encodeGenerateEvent) })]
      expect(Math.max(...messages.map((message) => message.byteLength))).toBeLessThan(512 * 1024)
      const frames = (async function* () {
        for (const message of messages) yield generateFraming.frame.decode(message)
      })()
      const joined: (readonly GenerateEvent[])[] = []
      for await (const batch of joinBatches(generateFraming, frames)) joined.push(batch.events.map(decodeGenerateEvent))
      expect(joined.map((batch) => batch.map(fingerprint))).toEqual([events.map(fingerprint)])
    }),
    { seed, numRuns: 30 },
  )
})

/** Bytes as their hash: comparing half a million array elements takes seconds. */
const fingerprint = (event: GenerateEvent) =>
  'bytes' in event ? { ...event, bytes: createHash('sha256').update(event.bytes).digest('hex') } : event

describe('requests', () => {
  const full: RunRequest = {
    lane: { sessionId: 's', streamId: 'ä' },
    idempotencyKey: 'k',
    profile: 'demo',
    conversation: 'conv_1',
    previousResponseId: 'resp_0',
    input: [
      { type: 'message', role: 'system', content: [{ type: 'text', text: 'S' }] },
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'image', mediaType: 'image/png', bytes: new Uint8Array([0, 255]) }],
      },
      { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'A' }] },
      { type: 'function_call', callId: 'c', name: 'lamp', arguments: '{}' },
      { type: 'function_call_output', callId: 'c', output: 'on' },
    ],
    instructions: 'Kurz.',
    tools: [{ name: 'lamp', parameters: { type: 'object' } }],
    toolChoice: { type: 'required' },
    responseFormat: { type: 'json_object' },
    maxOutputTokens: 5,
    temperature: 0,
    modalities: ['text', 'image'],
    timeouts: { firstTokenMs: 1, idleMs: 2, totalMs: 3 },
    onDisconnect: 'cancel',
    metadata: { __proto__x: 'y', room: 'Küche' },
  }

  test.each([
    ['with everything set', full],
    ['with nothing optional', say('x')],
    ['that begins its conversation anew', say('x', { conversation: 'conv_1', previousResponseId: null })],
  ])('a run request %s survives the wire', (_name, request) => {
    const caller = { ...anna, expiresAt: 1_800_000_000_000 }
    const wire = StartRequest.encode({ request: encodeRunRequest(request), caller: encodePrincipal(caller) }).finish()
    const decoded = StartRequest.decode(wire)
    expect(decoded.request && decodeRunRequest(decoded.request)).toEqual(request)
    expect(decodePrincipal(decoded.caller)).toEqual(caller)
  })

  test('a role or scope that does not exist is refused', () => {
    expect(() => decodePrincipal({ ...anna, role: 'root' })).toThrow(/one version of Hearth/)
    expect(() => decodePrincipal({ ...anna, scopes: ['chat', 'everything'] })).toThrow(/one version of Hearth/)
    expect(() => decodePrincipal(undefined)).toThrow(/"caller" is missing/)
  })

  test('a request without its parts is refused, whatever is missing', async () => {
    const empty = GenerateCall.decode(new Uint8Array()).request
    expect(empty).toBeUndefined()
    const { decodeGenerateRequest } = await import('../../../services/common/grpc/generate-request-codec.ts')
    const whole = encodeGenerateRequest({
      runId: 'r',
      attempt: 1,
      connection: 'c',
      model: 'm',
      messages: [],
      tools: [],
      toolChoice: { type: 'auto' },
      responseFormat: { type: 'text' },
      parameters: {},
      timeouts: { headersMs: 1, firstTokenMs: 1, idleMs: 1, totalMs: 1 },
    })
    for (const field of ['toolChoice', 'responseFormat', 'parameters', 'timeouts'] as const) {
      const failure = await failureOf(
        Promise.resolve().then(() => decodeGenerateRequest({ ...whole, [field]: undefined })),
      )
      expect(failure.code).toBe('gateway_internal')
    }
  })
})

describe('run events', () => {
  const position = { item_id: 'msg_1', output_index: 0 }
  const item = {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'x' }],
  } as const
  const response = {
    id: 'resp_1',
    status: 'completed',
    finish_reason: null,
    conversation: 'conv_1',
    profile: 'demo',
    provider: null,
    model: 'm',
    usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3, cached_tokens: 1, reasoning_tokens: 1 },
    attempts: [
      {
        attempt: 1,
        provider: 'demo',
        connection: 'default',
        model: 'm',
        outcome: 'failed',
        error_code: 'provider_overloaded',
        vendor_status: 529,
        duration_ms: 12,
        first_token_ms: 3,
      },
    ],
    stored: false,
  } as const
  const blob = { blob_no: 1, media_type: 'image/png', byte_length: 2, sha256: 'a'.repeat(64) }
  const messages: readonly RunMessage[] = [
    { type: 'response.created', profile: 'demo', conversation: 'conv_1' },
    { type: 'response.queued', position: 2 },
    { type: 'response.in_progress', phase: 'loading_model', progress: 0.5, attempt: 1, provider: 'local', model: 'm' },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.output_item.done', output_index: 0, item },
    {
      type: 'response.output_item.done',
      output_index: 1,
      item: {
        type: 'image_generation_call',
        id: 'ig',
        status: 'completed',
        blob_id: 'blob_1',
        media_type: 'image/png',
      },
    },
    { type: 'response.content_part.added', ...position, content_index: 0, part: { type: 'reasoning_text', text: '' } },
    { type: 'response.content_part.done', ...position, content_index: 0, part: { type: 'output_text', text: '😀' } },
    { type: 'response.output_text.delta', ...position, content_index: 0, delta: 'a' },
    { type: 'response.reasoning_text.delta', ...position, content_index: 0, delta: 'b' },
    { type: 'response.output_text.done', ...position, content_index: 0, text: 'a' },
    { type: 'response.reasoning_text.done', ...position, content_index: 0, text: 'b' },
    { type: 'response.refusal.delta', ...position, content_index: 0, delta: 'N' },
    { type: 'response.refusal.done', ...position, content_index: 0, refusal: 'N' },
    { type: 'response.function_call_arguments.delta', ...position, delta: '{' },
    { type: 'response.function_call_arguments.done', ...position, arguments: '{}' },
    { type: 'response.image_generation_call.in_progress', ...position },
    { type: 'response.image_generation_call.generating', ...position },
    { type: 'response.image_generation_call.partial_image', ...position, partial_image_index: 0, ...blob },
    { type: 'response.image_generation_call.completed', ...position, blob_id: 'blob_1', ...blob },
    { type: 'response.completed', response },
    { type: 'response.incomplete', response: { ...response, finish_reason: 'length' } },
    { type: 'response.cancelled', response: { ...response, status: 'cancelled', usage: null } },
    {
      type: 'response.failed',
      response,
      error: {
        type: 'api_error',
        code: 'provider_billing',
        message: 'Pay.',
        param: 'x',
        retryable: false,
        retry_after_ms: 5,
      },
    },
    {
      type: 'response.snapshot',
      response: {
        id: 'resp_1',
        status: 'in_progress',
        conversation: 'conv_1',
        profile: 'demo',
        output: [
          { ...item, status: 'in_progress' },
          { type: 'function_call', id: 'fc', status: 'incomplete', call_id: 'c', name: 'lamp', arguments: '{' },
          { type: 'image_generation_call', id: 'ig', status: 'in_progress', media_type: 'image/png' },
        ],
      },
    },
  ]

  test('there is an example of every message of a run', () => {
    expect(new Set(messages.map(({ type }) => type))).toEqual(new Set(Object.keys(runMessages)))
  })

  test.each(messages.map((message) => [message.type, message] as const))('%s survives the wire', (_type, message) => {
    const event: RunEvent = { sequenceNumber: 7, message, bytes: new Uint8Array([1, 2]) }
    const wire = RunEventBatch.encode({ events: [encodeRunEvent(event)] }).finish()
    expect(RunEventBatch.decode(wire).events.map(decodeRunEvent)).toEqual([event])
  })

  test('a message of no known type, or that does not parse, is refused', () => {
    for (const value of ['{"type":"response.unheard_of"}', '{', '[]', '{"type":"response.queued","position":"x"}']) {
      const wire = { sequenceNumber: 0, message: { $case: 'messageJson' as const, value } }
      expect(() => decodeRunEvent(wire)).toThrow(/one version of Hearth/)
    }
  })
})
