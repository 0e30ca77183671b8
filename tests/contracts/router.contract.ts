import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Router } from '../../services/common/contracts/router.ts'
import { pictureBytes } from '../support/prompted-adapters.ts'
import {
  admin,
  anna,
  ben,
  failureOf,
  never,
  readRun,
  readUntil,
  runToEnd,
  say,
  terminalOf,
  textOf,
} from '../support/run-fixtures.ts'

/** The router of the contract (contract-router.ts) on the prompted adapters, behind its seam. */
export interface RouterSubject {
  readonly router: Router
  readonly stop: () => Promise<void>
}

/** What every Router promises, in this process or another. */
export function routerContract(label: string, start: () => Promise<RouterSubject>): void {
  describe(`router contract: ${label}`, () => {
    let subject: RouterSubject
    beforeAll(async () => {
      subject = await start()
    }, 60_000)
    afterAll(() => subject.stop())
    const begin = async (text: string, more = {}, caller = anna) =>
      (await subject.router.start(say(text, more), caller, never)).runId

    test('an answer is numbered from 0 without gaps, from response.created to one terminal', async () => {
      const events = await runToEnd(subject.router, say('hello'))
      expect(events.map(({ sequenceNumber }) => sequenceNumber)).toEqual(events.map((_, index) => index))
      expect(events[0]?.message).toMatchObject({ type: 'response.created', profile: 'demo' })
      expect(textOf(events)).toBe('Hello from the hearth')
      expect(events.filter(({ message }) => 'response' in message)).toHaveLength(1)
      expect(terminalOf(events)).toMatchObject({
        type: 'response.completed',
        response: {
          status: 'completed',
          finish_reason: 'stop',
          provider: 'demo',
          model: 'demo',
          usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
          attempts: [{ attempt: 1, provider: 'demo', connection: 'default', model: 'demo', outcome: 'completed' }],
        },
      })
    })

    test('any number of readers see the same events, each from the number it names', async () => {
      const runId = await begin('hang')
      const seen = await readUntil(subject.router, runId, 'response.output_text.delta')
      const readers = [readRun(subject.router, runId), readRun(subject.router, runId, { startingAfter: 2 })]
      await subject.router.cancel(runId, 'requested', anna)
      const [whole = [], rest = []] = await Promise.all(readers)
      expect(whole.slice(0, seen.length)).toEqual(seen)
      expect(rest).toEqual(whole.slice(3))
    })

    test('a reader that goes does not end the run', async () => {
      const runId = await begin('hang')
      const reading = new AbortController()
      const read = readRun(subject.router, runId, { signal: reading.signal })
      await readUntil(subject.router, runId, 'response.output_text.delta')
      reading.abort()
      const events = await read
      expect(events.some(({ message }) => 'response' in message)).toBe(false)
      const waiting = readRun(subject.router, runId)
      await sleep(50)
      await subject.router.cancel(runId, 'requested', anna)
      expect(terminalOf(await waiting).type).toBe('response.cancelled')
    })

    test('a cancel ends the run with its partial answer, and may come twice', async () => {
      const runId = await begin('hang')
      await readUntil(subject.router, runId, 'response.output_text.delta')
      const reading = readRun(subject.router, runId)
      await subject.router.cancel(runId, 'requested', anna)
      await subject.router.cancel(runId, 'requested', anna)
      const events = await reading
      expect(terminalOf(events)).toMatchObject({
        type: 'response.cancelled',
        response: { finish_reason: null, attempts: [{ outcome: 'cancelled' }] },
      })
      expect(events.some(({ message }) => message.type === 'response.output_text.done')).toBe(true)
      await subject.router.cancel(runId, 'requested', anna)
    })

    test('a failure keeps its code, retryability and details', async () => {
      const events = await runToEnd(subject.router, say('fail provider_rate_limited'))
      expect(textOf(events)).toBe('Half')
      expect(terminalOf(events)).toMatchObject({
        type: 'response.failed',
        error: {
          type: 'rate_limit_error',
          code: 'provider_rate_limited',
          message: 'Versuch es später — nochmal.',
          retryable: true,
          retry_after_ms: 1234,
        },
        response: { attempts: [{ outcome: 'failed', error_code: 'provider_rate_limited', vendor_status: 429 }] },
      })
    })

    test('a defect says nothing of its cause', async () => {
      const terminal = terminalOf(await runToEnd(subject.router, say('fail defect')))
      expect(terminal).toMatchObject({ type: 'response.failed', error: { code: 'gateway_internal' } })
      expect(JSON.stringify(terminal)).not.toContain('secret')
    })

    test('an answer that ends without its terminator is provider_stream_truncated', async () => {
      const events = await runToEnd(subject.router, say('truncate'))
      expect(textOf(events)).toBe('Half of')
      expect(terminalOf(events)).toMatchObject({
        type: 'response.failed',
        error: { code: 'provider_stream_truncated', retryable: true },
      })
    })

    test('a cut by the token limit is response.incomplete', async () => {
      const terminal = terminalOf(await runToEnd(subject.router, say('length')))
      expect(terminal).toMatchObject({ type: 'response.incomplete', response: { finish_reason: 'length' } })
    })

    test('a tool call ends the run with finish_reason tool_calls', async () => {
      const events = await runToEnd(subject.router, say('tool'))
      expect(terminalOf(events)).toMatchObject({
        type: 'response.completed',
        response: { finish_reason: 'tool_calls' },
      })
      const done = events.find(({ message }) => message.type === 'response.output_item.done')
      expect(done?.message).toMatchObject({
        item: { type: 'function_call', call_id: 'call_1', name: 'lamp', arguments: '{"on":true}' },
      })
    })

    test('every kind of event arrives as it was', async () => {
      const events = await runToEnd(subject.router, say('every event'))
      expect(events.map(({ message }) => message.type)).toEqual([
        'response.created',
        'response.in_progress',
        'response.in_progress',
        'response.in_progress',
        ...['response.output_item.added', 'response.content_part.added', 'response.reasoning_text.delta'],
        ...['response.reasoning_text.done', 'response.content_part.done', 'response.output_item.done'],
        ...['response.output_item.added', 'response.content_part.added', 'response.output_text.delta'],
        ...['response.output_text.done', 'response.content_part.done', 'response.output_item.done'],
        ...['response.output_item.added', 'response.content_part.added', 'response.refusal.delta'],
        ...['response.refusal.done', 'response.content_part.done', 'response.output_item.done'],
        ...['response.output_item.added', 'response.function_call_arguments.delta'],
        ...['response.function_call_arguments.delta', 'response.function_call_arguments.done'],
        ...['response.output_item.done', 'response.output_item.added'],
        ...['response.image_generation_call.in_progress', 'response.image_generation_call.generating'],
        'response.image_generation_call.partial_image',
        ...['response.image_generation_call.completed', 'response.output_item.done', 'response.completed'],
      ])
      expect(textOf(events)).toBe('Grüße, 世界 👋')
      const refusal = events.find(({ message }) => message.type === 'response.refusal.done')
      expect(refusal?.message).toMatchObject({ refusal: 'Nein, 不', content_index: 0 })
    })

    test('what the vendor does not take is listed in its attempt', async () => {
      const { response } = terminalOf(await runToEnd(subject.router, say('every event')))
      expect(response.attempts).toMatchObject([{ outcome: 'completed', dropped_parameters: ['top_p', 'seed'] }])
    })

    test('what a caller sets reaches the adapter, over the profile', async () => {
      const parameters = { topP: 0.25, stop: ['END'], seed: 7, frequencyPenalty: 0.5, parallelToolCalls: false }
      const asked = say('echo', { temperature: 0, maxOutputTokens: 9, parameters })
      const seen: unknown = JSON.parse(textOf(await runToEnd(subject.router, asked)))
      expect(seen).toMatchObject({ parameters: { ...parameters, temperature: 0, maxOutputTokens: 9 } })
    })

    test('a picture is drawn as the caller asks, from the pictures and the mask it brings', async () => {
      const picture = { mediaType: 'image/png', bytes: Uint8Array.of(1, 2, 3) }
      const image = { size: '64x32', format: 'webp', quality: 'low', partialImages: 0, mask: picture } as const
      const content = [
        { type: 'text', text: 'echo' },
        { type: 'image', ...picture },
      ] as const
      const input = [{ type: 'message', role: 'user', content }] as const
      const events = await runToEnd(subject.router, say('', { input, image, modalities: ['image'] }))
      const drawn = events.find(({ message }) => message.type === 'response.image_generation_call.completed')
      const seen: unknown = JSON.parse(Buffer.from(drawn?.bytes ?? new Uint8Array()).toString())
      const bytes = [1, 2, 3]
      expect(seen).toEqual({
        ...{ prompt: 'echo', size: '64x32', format: 'webp', quality: 'low', partialImages: 0 },
        inputs: [{ mediaType: 'image/png', bytes }],
        mask: { mediaType: 'image/png', bytes },
      })
    })

    test('texts become vectors, one each, in their order', async () => {
      const answer = await subject.router.embed({ inputs: ['a', 'abc'], dimensions: 3 }, anna, never)
      expect(answer).toMatchObject({ profile: 'demo', provider: 'demo', model: 'demo', inputTokens: 2 })
      expect(answer.vectors.map((vector) => [...vector])).toEqual([
        [1, 1, 0.5],
        [3, 1, 0.5],
      ])
      expect(await failureOf(subject.router.embed({ profile: 'none', inputs: ['a'] }, anna, never))).toMatchObject({
        code: 'caller_model_unknown',
      })
    })

    test('text and a picture of several megabytes arrive in one run, byte for byte', async () => {
      const size = 3_000_001
      const events = await runToEnd(subject.router, say(`picture ${size}`, { modalities: ['image'] }))
      const pictures = events.filter(({ bytes }) => bytes !== undefined)
      expect(pictures.map(({ message }) => message.type)).toEqual([
        'response.image_generation_call.partial_image',
        'response.image_generation_call.completed',
      ])
      expect(pictures[0]?.message).toMatchObject({ blob_no: 0, byte_length: 700_000, partial_image_index: 0 })
      expect(pictures[1]?.message).toMatchObject({ blob_no: 1, byte_length: size, media_type: 'image/png' })
      expect(Buffer.compare(pictures[1]?.bytes ?? new Uint8Array(), pictureBytes(size))).toBe(0)

      const both = await runToEnd(subject.router, say('hello', { modalities: ['text', 'image'] }))
      expect(textOf(both)).toBe('Hello from the hearth')
      expect(both.some(({ message }) => message.type === 'response.image_generation_call.completed')).toBe(true)
      expect(terminalOf(both).response.attempts).toHaveLength(2)
    })

    test('a text longer than any message arrives whole', async () => {
      const events = await runToEnd(subject.router, say('long 1800'))
      const done = events.find(({ message }) => message.type === 'response.output_text.done')
      expect(done?.message).toMatchObject({ text: textOf(events) })
      expect(Buffer.byteLength(textOf(events))).toBeGreaterThan(1_800_000)
    })

    test('two thousand tokens arrive in order', async () => {
      const events = await runToEnd(subject.router, say('count 2000'))
      expect(textOf(events)).toBe(Array.from({ length: 2000 }, (_, index) => `${index} `).join(''))
      expect(events.map(({ sequenceNumber }) => sequenceNumber)).toEqual(events.map((_, index) => index))
    })

    test('runs of one lane go one after the other, other lanes do not wait', async () => {
      const lane = { sessionId: 'session-1', streamId: 'one' }
      const first = await begin('hang', { lane })
      const second = await begin('hello', { lane })
      expect(textOf(await runToEnd(subject.router, say('hello')))).toBe('Hello from the hearth')
      const waiting = await readUntil(subject.router, second, 'response.queued')
      expect(waiting.at(-1)?.message).toEqual({ type: 'response.queued', position: 1 })
      await subject.router.cancel(first, 'requested', anna)
      expect(terminalOf(await readRun(subject.router, second)).type).toBe('response.completed')
    })

    test('an idempotency key names one run of its principal, also for those who come at the same time', async () => {
      const request = say('hang', { idempotencyKey: 'key-1' })
      const refs = await Promise.all([1, 2, 3].map(() => subject.router.start(request, anna, never)))
      expect(new Set(refs.map(({ runId }) => runId)).size).toBe(1)
      expect(refs.filter(({ existing }) => existing)).toHaveLength(2)
      const bens = await subject.router.start(say('hang', { idempotencyKey: 'key-1' }), ben, never)
      expect(bens.existing).toBe(false)
    })

    test('runs of others do not exist; an admin may cancel them', async () => {
      const runId = await begin('hang')
      for (const work of [
        readRun(subject.router, runId, { caller: ben }),
        subject.router.cancel(runId, 'requested', ben),
      ]) {
        expect((await failureOf(work)).code).toBe('caller_not_found')
      }
      const reading = readRun(subject.router, runId)
      await subject.router.cancel(runId, 'requested', admin)
      expect(terminalOf(await reading).type).toBe('response.cancelled')
    })

    test('unknown runs, profiles and conversations are named as such', async () => {
      const { router } = subject
      expect(await failureOf(readRun(router, 'resp_none'))).toMatchObject({
        code: 'caller_not_found',
        retryable: false,
      })
      expect(await failureOf(router.cancel('resp_none', 'requested', anna))).toMatchObject({ code: 'caller_not_found' })
      expect(await failureOf(begin('hello', { profile: 'none' }))).toMatchObject({
        code: 'caller_model_unknown',
        message: 'There is no profile "none"; name one of the profiles in the list.',
        details: { param: 'profile' },
      })
      expect(await failureOf(begin('hello', { conversation: 'conv_none' }))).toMatchObject({ code: 'caller_not_found' })
    })

    test('a branch may begin before the first message of its conversation', async () => {
      const { conversation } = terminalOf(await runToEnd(subject.router, say('hello'))).response
      const asked = async (more: object): Promise<unknown> =>
        JSON.parse(textOf(await runToEnd(subject.router, say('echo', { conversation, ...more }))))
      expect(await asked({})).toMatchObject({
        messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'user' }],
      })
      expect(await asked({ previousResponseId: null })).toMatchObject({ messages: [{ role: 'user' }] })
    })

    test('a start that is aborted is refused', async () => {
      expect((await failureOf(subject.router.start(say('hello'), anna, AbortSignal.abort()))).name).not.toBe(
        'TypeError',
      )
    })
  })
}
