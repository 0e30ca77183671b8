import { setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { fakeAdapters, textScript } from '../../services/common/testing/fake-adapters.ts'
import {
  anna,
  failureOf,
  never,
  profileOf,
  readRun,
  readUntil,
  runToEnd,
  say,
  snapshotOf,
  terminalOf,
} from '../support/run-fixtures.ts'
import { hang, make } from './router-harness.ts'

describe('the model', () => {
  test('reads one system message, the past and the new input; an edited profile serves the next run', async () => {
    let profile = profileOf('demo', { default: true, instructions: 'House rules.' })
    const { router, adapters } = make({ settings: () => snapshotOf([profile]) })
    const first = await router.start(say('One?', { instructions: 'Be brief.' }), anna, never)
    await readRun(router, first.runId)
    profile = profileOf('demo', {
      default: true,
      instructions: 'New rules.',
      parameters: { temperature: 0.5, stop: ['X'] },
    })
    await runToEnd(router, say('Two?', { conversation: first.conversation, maxOutputTokens: 9, temperature: 1 }))
    expect(adapters.calls[0]?.request.messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'House rules.\n\nBe brief.' }] },
      { role: 'user', content: [{ type: 'text', text: 'One?' }] },
    ])
    expect(adapters.calls[1]?.request.messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'New rules.' }] },
      { role: 'user', content: [{ type: 'text', text: 'One?' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Hello from the hearth' }], toolCalls: [] },
      { role: 'user', content: [{ type: 'text', text: 'Two?' }] },
    ])
    expect(adapters.calls[1]?.request.parameters).toEqual({ temperature: 1, maxOutputTokens: 9, stop: ['X'] })
  })

  test('gets the timeouts of the profile, shortened but never lengthened by the caller', async () => {
    const timeouts = { headers_ms: 2000, first_token_ms: 3000, idle_ms: 4000, total_ms: 5000 }
    const { router, adapters } = make({ profile: { timeouts } })
    await runToEnd(router, say('x', { timeouts: { firstTokenMs: 1000, idleMs: 90_000, totalMs: 90_000 } }))
    expect(adapters.calls[0]?.request.timeouts).toMatchObject({ headersMs: 2000, firstTokenMs: 1000, idleMs: 4000 })
    expect(adapters.calls[0]?.request.timeouts.totalMs).toBeLessThanOrEqual(5000)
  })

  test('gets the pictures of an edit once: beside the text, or as inputs of the picture that is drawn', async () => {
    const { router, adapters } = make()
    const picture = { mediaType: 'image/png', bytes: new Uint8Array([1, 2]) }
    const content = [
      { type: 'text' as const, text: 'Bluer' },
      { type: 'image' as const, ...picture },
    ]
    const request = say('', { input: [{ type: 'message', role: 'user', content }], modalities: ['text', 'image'] })
    await runToEnd(router, request)
    expect(adapters.calls[0]?.request.messages).toEqual([{ role: 'user', content }])
    expect(adapters.calls[1]?.request.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Bluer' }] }])
    expect(adapters.calls[1]?.request.image?.inputs).toMatchObject([picture])
  })

  test('a run queued behind one of the same conversation knows its answer', async () => {
    const { router, adapters, history } = make()
    const lane = { sessionId: 's', streamId: 'l' }
    const first = await router.start(say('One?', { lane }), anna, never)
    await readRun(router, first.runId)
    adapters.enqueue(textScript(['Second answer'], { paceMs: 50 }))
    const { conversation } = first
    const second = await router.start(say('Two?', { lane, conversation }), anna, never)
    const third = await router.start(
      say('Three?', { lane, conversation, previousResponseId: second.runId }),
      anna,
      never,
    )
    expect(third.conversation).toBe(conversation)
    await readRun(router, third.runId)
    expect(adapters.calls[2]?.request.messages.map((message) => 'content' in message && message.content)).toEqual(
      ['One?', 'Hello from the hearth', 'Two?', 'Second answer', 'Three?'].map((text) => [{ type: 'text', text }]),
    )
    const roles = history.messages(conversation).map(({ role }) => role)
    expect(roles).toEqual(['user', 'assistant', 'user', 'assistant', 'user', 'assistant'])
  })
})

describe('targets', () => {
  test('the first that can be asked is asked; with none, the message names the reason of each', async () => {
    const info = [
      {
        name: 'openai',
        connections: [{ name: 'default', state: { status: 'disabled', reason: 'set OPENAI_API_KEY' } }],
      },
      { name: 'demo', connections: [{ name: 'default', state: { status: 'ready', models: ['demo'] } }] },
    ] as const
    const targets = [
      { adapter: 'openai', model: 'gpt-5.2' },
      { adapter: 'demo', model: 'other' },
      { adapter: 'local', model: 'tiny' },
    ]
    const served = make({
      adapters: fakeAdapters({ info }),
      profile: { targets: [...targets, { adapter: 'demo', model: 'demo' }] },
    })
    expect(terminalOf(await runToEnd(served.router, say('x'))).response).toMatchObject({
      provider: 'demo',
      model: 'demo',
    })

    const bare = make({ adapters: fakeAdapters({ info }), profile: { targets } })
    const terminal = terminalOf(await runToEnd(bare.router, say('x')))
    expect(terminal).toMatchObject({ type: 'response.failed', error: { code: 'gateway_no_adapter', retryable: true } })
    expect(terminal).toMatchObject({
      error: { message: expect.stringMatching(/set OPENAI_API_KEY.*no model "other".*no adapter "local"/) },
    })
  })
})

describe('the end', () => {
  test('total_ms ends the run with provider_timeout_total and the partial kept', async () => {
    const { router, adapters, history } = make()
    adapters.enqueue(hang)
    const events = await runToEnd(router, say('x', { timeouts: { totalMs: 100 } }))
    expect(terminalOf(events)).toMatchObject({
      type: 'response.failed',
      error: { code: 'provider_timeout_total' },
      response: { attempts: [{ outcome: 'failed', error_code: 'provider_timeout_total' }] },
    })
    expect(history.answers()[0]).toMatchObject({
      status: 'failed',
      parts: [{ type: 'text', text: 'Once' }],
      error: { code: 'provider_timeout_total' },
    })
    expect(adapters.calls[0]?.abortedAt).toBeDefined()
  })

  test.each([
    ['length', 'response.incomplete', 'incomplete'],
    ['stop', 'response.completed', 'completed'],
  ] as const)('finish %s is %s, and its message says %s', async (finish, terminal, status) => {
    const { router, adapters } = make()
    adapters.enqueue(textScript(['Once'], { finish }))
    const events = await runToEnd(router, say('x'))
    expect(terminalOf(events).type).toBe(terminal)
    expect(events.find(({ message }) => message.type === 'response.output_item.done')?.message).toMatchObject({
      item: { status },
    })
  })

  test('brings the metadata of the request back, and none where there was none', async () => {
    const { router } = make()
    const tagged = terminalOf(await runToEnd(router, say('x', { metadata: { ticket: '7' } })))
    expect(tagged).toMatchObject({ response: { metadata: { ticket: '7' } } })
    expect(terminalOf(await runToEnd(router, say('x')))).not.toHaveProperty('response.metadata')
  })

  test('an adapter that ignores its abort does not hold the run', async () => {
    const adapters = fakeAdapters()
    const deaf = {
      ...adapters,
      generate: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) }),
    }
    const { router } = make({ adapters: deaf })
    const { runId } = await router.start(say('x'), anna, never)
    await readUntil(router, runId, 'response.in_progress')
    await router.cancel(runId, 'requested', anna)
    expect(terminalOf(await readRun(router, runId)).type).toBe('response.cancelled')
  })

  test('without a reader a run still ends into history', async () => {
    const { router, history } = make()
    const reading = new AbortController()
    const { runId } = await router.start(say('x'), anna, never)
    for await (const batch of router.attach(runId, -1, anna, reading.signal)) {
      expect(batch.length).toBeGreaterThan(0)
      break
    }
    while (history.answers().length === 0) await sleep(5)
    expect(history.answers()[0]).toMatchObject({ runId, status: 'completed', profile: 'demo' })
  })

  test('an ended run that nobody reads is forgotten after its detach TTL', async () => {
    const { router } = make({ profile: { detach_ttl_seconds: 1 } })
    const { runId } = await router.start(say('x'), anna, never)
    await sleep(100)
    await router.cancel(runId, 'requested', anna)
    await sleep(2500)
    expect((await failureOf(readRun(router, runId))).code).toBe('caller_not_found')
  })

  test('the metrics count the run, its time and its tokens', async () => {
    const metrics = new Registry()
    const { router } = make({ metrics })
    await runToEnd(router, say('x'))
    const text = await metrics.metrics()
    expect(text).toContain('hearth_runs_total{profile="demo",status="completed"} 1')
    expect(text).toContain('hearth_runs_active 0')
    expect(text).toContain('hearth_time_to_first_token_seconds_count{profile="demo"} 1')
    expect(text).toContain('gen_ai_client_token_usage_sum{gen_ai_operation_name="chat"')
    expect(text).toContain('gen_ai_client_operation_duration_seconds_count')
  })
})

describe('cancel reaches the adapter at once in every phase', () => {
  const phases = {
    'before the first event': [{ do: 'hang' as const }],
    'in the text': hang,
    'in a tool call': [
      { do: 'emit' as const, events: [{ type: 'tool-call-start' as const, id: 'c', callId: 'c', name: 'lamp' }] },
      { do: 'hang' as const },
    ],
    'between partial pictures': [
      {
        do: 'emit' as const,
        events: [
          { type: 'image-partial' as const, id: 'i', index: 0, mediaType: 'image/png', bytes: new Uint8Array(9) },
        ],
      },
      { do: 'hang' as const },
    ],
  }
  test.each(Object.entries(phases))('%s', async (_name, script) => {
    const { router, adapters, history } = make()
    adapters.enqueue(script)
    const { runId } = await router.start(say('x'), anna, never)
    while (adapters.calls.length === 0) await sleep(1)
    await sleep(10)
    const at = performance.now()
    await router.cancel(runId, 'requested', anna)
    const events = await readRun(router, runId)
    expect((adapters.calls[0]?.abortedAt ?? Infinity) - at).toBeLessThan(500)
    expect(performance.now() - at).toBeLessThan(500)
    expect(terminalOf(events).type).toBe('response.cancelled')
    expect(history.answers()[0]?.status).toBe('cancelled')
  })

  test('while it is queued: it leaves the lane without ever being asked', async () => {
    const { router, adapters, history } = make()
    adapters.enqueue(hang)
    const lane = { sessionId: 's', streamId: 'l' }
    const first = await router.start(say('1', { lane }), anna, never)
    const second = await router.start(say('2', { lane }), anna, never)
    const third = await router.start(say('3', { lane }), anna, never)
    await router.cancel(second.runId, 'requested', anna)
    expect(terminalOf(await readRun(router, second.runId))).toMatchObject({
      type: 'response.cancelled',
      response: { attempts: [], provider: null },
    })
    await router.cancel(first.runId, 'requested', anna)
    expect(terminalOf(await readRun(router, third.runId)).type).toBe('response.completed')
    expect(adapters.calls).toHaveLength(2)
    expect(history.answers().map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'completed'])
  })
})

describe('heartbeat', () => {
  test('silence repeats the phase, and the place in the lane', async () => {
    const { router, adapters } = make({ limits: { heartbeatMs: 30 } })
    adapters.enqueue([{ do: 'wait', ms: 200 }, ...textScript(['late'])])
    const lane = { sessionId: 's', streamId: 'l' }
    const first = await router.start(say('1', { lane }), anna, never)
    const second = await router.start(say('2', { lane }), anna, never)
    const [one, two] = await Promise.all([readRun(router, first.runId), readRun(router, second.runId)])
    const beats = one.filter(({ message }) => message.type === 'response.in_progress')
    expect(beats.length).toBeGreaterThanOrEqual(3)
    expect(new Set(beats.map(({ message }) => JSON.stringify(message))).size).toBe(1)
    expect(two.filter(({ message }) => message.type === 'response.queued').length).toBeGreaterThanOrEqual(3)
    expect(one.map(({ sequenceNumber }) => sequenceNumber)).toEqual(one.map((_, index) => index))
  })
})
