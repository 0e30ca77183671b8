import { describe, expect, it } from 'vitest'
import type { Router } from '../../services/common/contracts/router.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { fakeRouter, textRun } from '../../services/common/testing/fake-router.ts'
import { type Client, startGateway } from './gateway-harness.ts'

const create = (fields: Readonly<Record<string, unknown>> = {}) => ({
  type: 'response.create',
  stream_id: 'a',
  profile: 'demo',
  input: 'Hello?',
  ...fields,
})

describe('response.create', () => {
  it('streams an answer from created to completed with gap-free numbers', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    client.send(create({ event_id: 'e1' }))
    const created = await client.next('response.created')
    expect(created).toMatchObject({ event_id: 'e1', stream_id: 'a', sequence_number: 0, stream_no: 1, profile: 'demo' })
    await client.next('response.completed')
    const events = client.texts().filter((message) => message['response_id'] === created['response_id'])
    expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index))
    const deltas = events.filter(({ type }) => type === 'response.output_text.delta')
    expect(deltas.map(({ delta }) => delta)).toEqual(['Hello', ' from', ' the', ' hearth'])
    expect(events.slice(1).some((event) => 'event_id' in event)).toBe(false)
    expect(events.every((event) => event['stream_id'] === 'a')).toBe(true)
  })

  it('hands the router every field, translated once', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    const pixel = Buffer.from('not really a picture')
    client.send({
      type: 'response.create',
      stream_id: 'lane',
      idempotency_key: 'k',
      model: 'demo',
      conversation: 'conv_1',
      previous_response_id: 'resp_0',
      input: [
        { role: 'developer', content: 'Be brief.' },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is it?' },
            { type: 'input_image', image_url: `data:image/png;base64,${pixel.toString('base64')}` },
          ],
        },
        { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'a cat' },
      ],
      instructions: 'Say it.',
      tools: [{ type: 'function', name: 'look', parameters: { type: 'object' }, strict: true }],
      tool_choice: { type: 'function', name: 'look' },
      max_output_tokens: 10,
      temperature: 0.5,
      text: { format: { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: true } },
      modalities: ['text', 'image', 'text'].slice(0, 2),
      timeouts: { first_token_ms: 1000, idle_ms: 2000, total_ms: 3000 },
      on_disconnect: 'cancel',
      metadata: { room: 'kitchen' },
    })
    await client.next('response.completed')
    const { request, caller } = harness.router.starts[0] ?? {}
    expect(caller?.id).toBe('user:admin')
    expect(request).toEqual({
      lane: { sessionId: expect.stringMatching(/^sess_/), streamId: 'lane' },
      idempotencyKey: 'k',
      profile: 'demo',
      conversation: 'conv_1',
      previousResponseId: 'resp_0',
      input: [
        { type: 'message', role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image', mediaType: 'image/png', bytes: pixel },
          ],
        },
        { type: 'function_call', callId: 'c1', name: 'look', arguments: '{}' },
        { type: 'function_call_output', callId: 'c1', output: 'a cat' },
      ],
      instructions: 'Say it.',
      tools: [{ name: 'look', parameters: { type: 'object' } }],
      toolChoice: { type: 'tool', name: 'look' },
      responseFormat: { type: 'json_schema', name: 'answer', schema: { type: 'object' } },
      maxOutputTokens: 10,
      temperature: 0.5,
      modalities: ['text', 'image'],
      timeouts: { firstTokenMs: 1000, idleMs: 2000, totalMs: 3000 },
      onDisconnect: 'cancel',
      metadata: { room: 'kitchen' },
    })
  })

  it.each([
    ['profile and model differ', { model: 'assistant' }, 'caller_invalid_request', 'model'],
    [
      'a tool must be called and none is declared',
      { tool_choice: 'required' },
      'caller_invalid_request',
      'tool_choice',
    ],
    [
      'the tool that must be called is not declared',
      { tool_choice: { type: 'function', name: 'look' }, tools: [{ type: 'function', name: 'hear' }] },
      'caller_invalid_request',
      'tool_choice',
    ],
    [
      'a picture is an upload that never came',
      { input: [image({ blob_no: 1 })] },
      'caller_not_found',
      'input[0].content[0].blob_no',
    ],
    [
      'a picture is an address',
      { input: [image({ image_url: 'http://x/y.png' })] },
      'caller_unsupported_feature',
      'input[0].content[0].image_url',
    ],
    [
      'a picture is no base64',
      { input: [image({ image_url: 'data:image/png;base64,???' })] },
      'caller_invalid_request',
      'input[0].content[0].image_url',
    ],
    [
      'a picture is of another type',
      { input: [image({ image_url: 'data:image/svg+xml;base64,AAAA' })] },
      'caller_invalid_request',
      'input[0].content[0].image_url',
    ],
    [
      'metadata has 17 keys',
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v'])) },
      'caller_invalid_request',
      'metadata',
    ],
    ['the lane has no name', { stream_id: '' }, 'caller_invalid_request', 'stream_id'],
  ])('is refused when %s', async (_case, fields, code, param) => {
    await using harness = await startGateway()
    const client = await harness.open()
    client.send(create({ event_id: 'e', ...fields }))
    expect(await client.next('error')).toMatchObject({ event_id: 'e', error: { code, param } })
    expect(harness.router.starts).toHaveLength(0)
  })

  it('answers what the router refuses with its code, event_id and stream_id', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    harness.router.refuse(new HearthError('caller_model_unknown', 'No such profile.'))
    client.send(create({ event_id: 'e9' }))
    expect(await client.next('error')).toEqual({
      type: 'error',
      event_id: 'e9',
      stream_id: 'a',
      error: {
        type: 'invalid_request_error',
        code: 'caller_model_unknown',
        message: 'No such profile.',
        retryable: false,
      },
    })
    client.send(create())
    await client.next('response.completed')
  })

  it('says a defect without its text, and logs it', async () => {
    const inner = fakeRouter()
    const router: Router = {
      ...inner,
      start: async () => {
        throw new TypeError('secret detail')
      },
    }
    await using harness = await startGateway({ router })
    const client = await harness.open()
    client.send(create())
    const { error } = await client.next('error')
    expect(error).toMatchObject({ code: 'gateway_internal' })
    expect(JSON.stringify(error)).not.toContain('secret detail')
    expect(harness.log.some(({ level, text }) => level === 'error' && text.includes('secret detail'))).toBe(true)
  })

  it('says so when the stream of a run ends without its terminal', async () => {
    const inner = fakeRouter()
    const router: Router = { ...inner, attach: async function* () {} }
    await using harness = await startGateway({ router })
    const client = await harness.open()
    client.send(create())
    expect(await client.next('error')).toMatchObject({
      stream_id: 'a',
      response_id: 'resp_fake0',
      error: { code: 'gateway_internal' },
    })
  })

  it('uses at most 16 lanes at the same time; one that ended is free again', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    for (let lane = 0; lane < 16; lane += 1) {
      harness.router.enqueue([{ do: 'hang' }])
      client.send(create({ stream_id: `s${lane}` }))
      await client.next('response.created')
    }
    client.send(create({ stream_id: 's16', event_id: 'over' }))
    expect(await client.next('error')).toMatchObject({
      event_id: 'over',
      stream_id: 's16',
      error: { code: 'policy_rate_limited', retryable: true },
    })
    client.send({ type: 'response.cancel', stream_id: 's3' })
    await client.next('response.cancelled')
    client.send(create({ stream_id: 's16' }))
    await client.next('response.completed')
  })

  it('bounds the runs that wait in one lane', async () => {
    await using harness = await startGateway({ config: { limits: { queued_per_lane: 2 } } })
    const client = await harness.open()
    for (const _run of [1, 2, 3]) {
      harness.router.enqueue([{ do: 'hang' }])
      client.send(create())
      await client.next('response.created')
    }
    client.send(create({ event_id: 'full' }))
    expect(await client.next('error')).toMatchObject({ event_id: 'full', error: { code: 'policy_rate_limited' } })
  })

  it('hands the runs of a lane to the router in the order they came, however slow it is', async () => {
    const inner = fakeRouter()
    const seen: string[] = []
    const router: Router = {
      ...inner,
      start: async (request, caller, signal) => {
        const text = JSON.stringify(request.input)
        await new Promise((resolve) => setTimeout(resolve, text.includes('slow') ? 50 : 0))
        seen.push(text.includes('slow') ? 'slow' : 'quick')
        return inner.start(request, caller, signal)
      },
    }
    await using harness = await startGateway({ router })
    const client = await harness.open()
    client.send(create({ input: 'slow' }))
    client.send(create({ input: 'quick' }))
    await client.next('response.completed')
    await client.next('response.completed')
    expect(seen).toEqual(['slow', 'quick'])
  })

  it('says only number 0 again when an idempotency key names a run that this session reads', async () => {
    const inner = fakeRouter({ script: () => [{ do: 'wait', ms: 200 }, ...textRun(['x'])] })
    const router: Router = {
      ...inner,
      start: async (request, caller, signal) => {
        const first = inner.starts.length === 0 ? await inner.start(request, caller, signal) : undefined
        return first ?? { runId: 'resp_fake0', conversation: 'conv_resp_fake0', profile: 'demo', existing: true }
      },
    }
    await using harness = await startGateway({ router })
    const client = await harness.open()
    client.send(create({ event_id: 'one', idempotency_key: 'k' }))
    await client.next('response.created')
    client.send(create({ event_id: 'two', stream_id: 'b', idempotency_key: 'k' }))
    const again = await client.next('response.created')
    expect(again).toMatchObject({
      event_id: 'two',
      stream_id: 'a',
      response_id: 'resp_fake0',
      sequence_number: 0,
      stream_no: 1,
    })
    await client.next('response.completed')
    expect(client.texts().filter(({ type }) => type === 'response.completed')).toHaveLength(1)
  })
})

describe('the defaults', () => {
  it('let one token hold 50 sockets with 16 lanes each and use all of them at once', { timeout: 30_000 }, async () => {
    await using harness = await startGateway()
    const clients = await Promise.all(Array.from({ length: 50 }, () => harness.open()))
    for (const client of clients) {
      for (let lane = 0; lane < 16; lane += 1) client.send(create({ stream_id: `lane ${lane}` }))
    }
    await Promise.all(clients.map((client) => client.until(() => completed(client) === 16 || undefined)))
    expect(clients.map(completed)).toEqual(clients.map(() => 16))
    expect(clients.flatMap((client) => client.texts()).filter(({ type }) => type === 'error')).toEqual([])
  })

  const completed = (client: Client): number =>
    client.texts().filter(({ type }) => type === 'response.completed').length
})

describe('response.cancel', () => {
  it('cancels by response_id and by stream_id, again without an error, and only what is known', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    harness.router.enqueue([{ do: 'hang' }])
    harness.router.enqueue([{ do: 'hang' }])
    client.send(create({ stream_id: 'a' }))
    const { response_id: responseId } = await client.next('response.created')
    client.send(create({ stream_id: 'b' }))
    await client.next('response.created')
    client.send({ type: 'response.cancel', response_id: responseId })
    expect(await client.next('response.cancelled')).toMatchObject({ stream_id: 'a' })
    client.send({ type: 'response.cancel', response_id: responseId, stream_id: 'a' })
    client.send({ type: 'response.cancel', stream_id: 'b' })
    expect(await client.next('response.cancelled')).toMatchObject({ stream_id: 'b' })
    client.send({ type: 'response.cancel', response_id: responseId })
    client.send({ type: 'response.cancel', stream_id: 'b' })
    client.send({ type: 'response.cancel', stream_id: 'never', event_id: 'x' })
    expect(await client.next('error')).toMatchObject({
      event_id: 'x',
      stream_id: 'never',
      error: { code: 'caller_not_found' },
    })
    client.send({ type: 'response.cancel', response_id: 'resp_unknown' })
    expect(await client.next('error')).toMatchObject({
      response_id: 'resp_unknown',
      error: { code: 'caller_not_found' },
    })
    client.send({ type: 'response.cancel' })
    expect(await client.next('error')).toMatchObject({ error: { code: 'caller_invalid_request' } })
    expect(harness.router.cancels.every(({ reason }) => reason === 'requested')).toBe(true)
  })

  it('reaches a run that the router has not taken yet', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    harness.router.enqueue([{ do: 'hang' }])
    client.send(create())
    client.send({ type: 'response.cancel', stream_id: 'a' })
    await client.next('response.cancelled')
  })
})

describe('a closed socket', () => {
  it('cancels runs that asked for it and only stops reading the others', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    for (const [lane, on_disconnect] of [
      ['stay', 'continue'],
      ['go', 'cancel'],
    ] as const) {
      harness.router.enqueue([{ do: 'hang' }])
      client.send(create({ stream_id: lane, on_disconnect }))
      await client.next('response.created')
    }
    expect(harness.router.readers).toBe(2)
    client.socket.terminate()
    await expect.poll(() => harness.router.readers).toBe(0)
    expect(harness.router.cancels).toEqual([{ runId: 'resp_fake1', reason: 'disconnected' }])
  })
})

function image(fields: Readonly<Record<string, unknown>>) {
  return { role: 'user', content: [{ type: 'input_image', ...fields }] }
}
