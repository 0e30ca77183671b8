import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AdapterSet } from '../../services/common/contracts/adapter-set.ts'
import type { GenerateEvent } from '../../services/common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../services/common/contracts/generate-request.ts'
import { callsOf, everyEvent, pictureBytes } from '../support/prompted-adapters.ts'
import { failureOf, never } from '../support/run-fixtures.ts'

/** The prompted adapters behind the seam. */
export interface AdapterSetSubject {
  readonly adapters: AdapterSet
  readonly stop: () => Promise<void>
}

const plain: GenerateRequest = {
  runId: 'resp_1',
  attempt: 1,
  connection: 'default',
  model: 'demo',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
  tools: [],
  toolChoice: { type: 'auto' },
  responseFormat: { type: 'text' },
  parameters: {},
  timeouts: { headersMs: 5000, firstTokenMs: 15_000, idleMs: 30_000, totalMs: 300_000 },
}

const ask = (text: string, more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  ...plain,
  messages: [{ role: 'user', content: [{ type: 'text', text }] }],
  ...more,
})

/** A request with everything set. */
const full: GenerateRequest = {
  ...plain,
  attempt: 3,
  messages: [
    { role: 'system', content: [{ type: 'text', text: 'Sei kurz. 🏠' }] },
    { role: 'user', content: [{ type: 'image', mediaType: 'image/png', bytes: pictureBytes(300) }] },
    {
      role: 'assistant',
      content: [{ type: 'text', text: 'I look.' }],
      toolCalls: [{ callId: 'call_1', name: 'look', arguments: '{"at":"lamp"}' }],
    },
    { role: 'tool', callId: 'call_1', output: 'It is on.' },
    { role: 'user', content: [{ type: 'text', text: 'echo' }] },
  ],
  tools: [
    {
      name: 'look',
      description: 'Looks',
      strict: true,
      parameters: { type: 'object', properties: { at: { type: 'string' } } },
    },
  ],
  toolChoice: { type: 'tool', name: 'look' },
  responseFormat: {
    type: 'json_schema',
    name: 'answer',
    schema: { type: 'object', required: ['on'] },
    description: 'On or off',
    strict: false,
  },
  parameters: {
    temperature: 0.3,
    topP: 0.9,
    maxOutputTokens: 77,
    stop: ['END'],
    reasoningEffort: 'low',
    seed: 9_007_199_254_740_991,
    frequencyPenalty: -0.5,
    presencePenalty: 0.25,
    parallelToolCalls: false,
    extra: { nested: { deep: [1, null, 'x'] } },
  },
}

async function collect(adapters: AdapterSet, request: GenerateRequest, signal = never): Promise<GenerateEvent[]> {
  const events: GenerateEvent[] = []
  for await (const batch of adapters.generate('demo', request, signal)) events.push(...batch)
  return events
}

const textOf = (events: readonly GenerateEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')

/** What every AdapterSet promises, in this process or another. */
export function adapterSetContract(label: string, start: () => Promise<AdapterSetSubject>): void {
  describe(`adapter set contract: ${label}`, () => {
    let subject: AdapterSetSubject
    beforeAll(async () => {
      subject = await start()
    }, 60_000)
    afterAll(() => subject.stop())

    test('describe tells every state of a connection', async () => {
      const infos = await subject.adapters.describe(never)
      expect(infos.slice(0, 3)).toEqual([
        {
          name: 'demo',
          connections: [{ name: 'default', state: { status: 'ready', models: ['demo', 'demo-picture'] } }],
        },
        {
          name: 'local',
          connections: [{ name: 'embedded', state: { status: 'loading', reason: 'reads', progress: 0.5 } }],
        },
        {
          name: 'openai',
          connections: [{ name: 'default', state: { status: 'disabled', reason: 'set OPENAI_API_KEY' } }],
        },
      ])
    })

    test('the adapter sees the request as it was made', async () => {
      for (const request of [full, ask('echo'), ask('echo', { toolChoice: { type: 'none' } })]) {
        const seen: unknown = JSON.parse(textOf(await collect(subject.adapters, request)))
        const sent: unknown = JSON.parse(
          JSON.stringify(request, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value)),
        )
        expect(seen).toEqual(sent)
      }
    })

    test('every kind of event arrives as it was, a batch as one batch', async () => {
      const batches: (readonly GenerateEvent[])[] = []
      for await (const batch of subject.adapters.generate('demo', ask('every event'), never)) batches.push(batch)
      expect(batches).toEqual([everyEvent])
    })

    test('a picture of several megabytes arrives byte for byte', async () => {
      const image = { prompt: 'picture 3000001', partialImages: 1, size: 'auto', format: 'png', inputs: [] } as const
      const events = await collect(subject.adapters, ask('x', { image }))
      const picture = events.find((event) => event.type === 'image')
      expect(Buffer.compare(picture?.bytes ?? new Uint8Array(), pictureBytes(3_000_001))).toBe(0)
    })

    test('a failure keeps its code, message, retryability and details, after the events before it', async () => {
      const seen: GenerateEvent[] = []
      const failed = failureOf(
        (async () => {
          for await (const batch of subject.adapters.generate('demo', ask('fail provider_overloaded'), never)) {
            seen.push(...batch)
          }
        })(),
      )
      expect(await failed).toMatchObject({
        name: 'HearthError',
        code: 'provider_overloaded',
        message: 'Versuch es später — nochmal.',
        retryable: true,
        details: { retryAfterMs: 1234, vendorStatus: 429 },
      })
      expect(textOf(seen)).toBe('Half')
    })

    test('texts become vectors, one each, in their order', async () => {
      const request = { connection: 'default', model: 'demo', inputs: ['a', 'abc'], timeoutMs: 5000 }
      const { vectors, inputTokens } = await subject.adapters.embed('demo', request, never)
      expect(vectors.map((vector) => [...vector])).toEqual([
        [1, 1, 0.5],
        [3, 1, 0.5],
      ])
      expect(inputTokens).toBe(2)
    })

    test('an unknown adapter is gateway_no_adapter', async () => {
      const work = (async () => {
        for await (const batch of subject.adapters.generate('nobody', ask('hello'), never)) expect(batch).toEqual([])
      })()
      expect((await failureOf(work)).code).toBe('gateway_no_adapter')
    })

    test('an abort makes the iterator throw caller_cancelled and reaches the adapter at once', async () => {
      const calling = new AbortController()
      const before = await callsOf(subject.adapters)
      const calls = ['hang', 'hang silently'].map((prompt) => collect(subject.adapters, ask(prompt), calling.signal))
      await until(async () => (await callsOf(subject.adapters)).open === 2)
      const abortedAt = performance.now()
      calling.abort()
      const failures = await Promise.all(calls.map(failureOf))
      expect(failures.map(({ code }) => code)).toEqual(['caller_cancelled', 'caller_cancelled'])
      await until(async () => (await callsOf(subject.adapters)).open === 0)
      expect(performance.now() - abortedAt).toBeLessThan(500)
      expect((await callsOf(subject.adapters)).aborted - before.aborted).toBe(2)
    })

    test('an aborted signal starts nothing', async () => {
      expect((await failureOf(collect(subject.adapters, ask('hang'), AbortSignal.abort()))).code).toBe(
        'caller_cancelled',
      )
    })

    test('a consumer that stops reading lets the adapter go', async () => {
      for await (const batch of subject.adapters.generate('demo', ask('hang'), never)) {
        expect(batch.length).toBeGreaterThan(0)
        break
      }
      await until(async () => (await callsOf(subject.adapters)).open === 0)
    })
  })
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await condition()) return
    await sleep(10)
  }
  throw new Error('it never became true')
}
