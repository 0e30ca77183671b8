import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ClientExchange } from '../../../services/mcp/aggregator/aggregator.ts'
import type { ExchangeAnswer } from '../../../services/mcp/aggregator/upstream.ts'
import { type EndpointHouse, openEndpoint } from './support/endpoint-house.ts'
import { FakeAggregator, fakeTool } from './support/fake-aggregator.ts'
import { initialize } from './support/raw-requests.ts'

/** Plain calls inside sessions are answered without the SDK, when the server of the tool is of an older revision too. */
let house: EndpointHouse | undefined

afterEach(async () => {
  await house?.close()
  house = undefined
})

const done: ExchangeAnswer = { type: 'complete', result: { content: [{ type: 'text', text: 'done' }] } }

async function open(
  answer: (exchange: ClientExchange) => Promise<ExchangeAnswer>,
  limits: Parameters<typeof openEndpoint>[0] = {},
) {
  const aggregator = new FakeAggregator([fakeTool('alpha')])
  aggregator.era = 'legacy'
  aggregator.answer = answer
  house = await openEndpoint({ aggregator, ...limits })
  return { ...house, session: await initialize(house.url) }
}

/** Until it is cut off. */
const untilCut = ({ signal }: ClientExchange): Promise<ExchangeAnswer> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

interface Post {
  readonly method?: string
  readonly id?: string | number
  readonly params?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

const post = (
  { url, session }: { readonly url: string; readonly session: string },
  { method = 'tools/call', id, params = { name: 'alpha' }, headers = {}, signal }: Post,
): Promise<Response> =>
  fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer anna',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': session,
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method, params }),
    ...(signal === undefined ? {} : { signal }),
  })

describe('a plain call inside a session', () => {
  test('is answered as JSON, under the id of the session', async () => {
    const opened = await open(async () => done)
    const answer = await post(opened, { id: 'one' })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('mcp-session-id')).toBe(opened.session)
    expect(await answer.json()).toEqual({ jsonrpc: '2.0', id: 'one', result: done.result })
  })

  test.each([
    ['its server is of 2026-07-28', 'modern', {}],
    ['its server is not running', undefined, {}],
    ['it says more than a plain one', 'legacy', { params: { name: 'alpha', task: {} } }],
    ['its revision is not known', 'legacy', { headers: { 'mcp-protocol-version': '2024-01-01' } }],
    ['its client does not take both kinds of answer', 'legacy', { headers: { accept: 'application/json' } }],
  ] as const)('goes to the SDK when %s', async (_why, era, change) => {
    const opened = await open(async () => done)
    opened.aggregator.era = era
    const answer = await post(opened, { id: 1, ...change })
    const isRefused = answer.status >= 400
    expect(isRefused || answer.headers.get('content-type') === 'text/event-stream').toBe(true)
    await answer.body?.cancel()
  })

  test('tells of progress on its own stream, before its answer', async () => {
    const opened = await open(async ({ asker }) => {
      asker.onProgress?.({ progress: 1, total: 2 })
      return done
    })
    const answer = await post(opened, { id: 2, params: { name: 'alpha', _meta: { progressToken: 'p' } } })
    const events = (await answer.text()).split('\n').filter((line) => line.startsWith('data: '))
    expect(events.map((line) => JSON.parse(line.slice(6)))).toEqual([
      { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1, total: 2, progressToken: 'p' } },
      { jsonrpc: '2.0', id: 2, result: done.result },
    ])
  })

  test('fails in the words of the error, without ending the session', async () => {
    const opened = await open(() => Promise.reject(new Error('a defect')))
    expect(await (await post(opened, { id: 3 })).json()).toMatchObject({ id: 3, error: { code: -31_500 } })
    opened.aggregator.answer = async () => done
    expect(await (await post(opened, { id: 4 })).json()).toMatchObject({ id: 4, result: done.result })
  })

  test('ends without an answer when its client cancels it', async () => {
    const cut = vi.fn(untilCut)
    const opened = await open(cut)
    const answer = post(opened, { id: 5 })
    await vi.waitFor(() => expect(cut).toHaveBeenCalled())
    const said = await post(opened, { method: 'notifications/cancelled', params: { requestId: 5 } })
    expect(said.status).toBe(202)
    expect(await (await answer).text()).toBe('')
    expect(cut.mock.calls[0]?.[0].signal.aborted).toBe(true)
  })

  test('goes on when its client loses the connection', async () => {
    const cut = vi.fn(untilCut)
    const opened = await open(cut)
    const leaving = new AbortController()
    const answer = post(opened, { id: 6, signal: leaving.signal })
    await vi.waitFor(() => expect(cut).toHaveBeenCalled())
    leaving.abort()
    await expect(answer).rejects.toThrow()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(cut.mock.calls[0]?.[0].signal.aborted).toBe(false)
  })

  test('ends with its session', async () => {
    const cut = vi.fn(untilCut)
    const opened = await open(cut)
    const answer = post(opened, { id: 7 })
    await vi.waitFor(() => expect(cut).toHaveBeenCalled())
    const headers = { authorization: 'Bearer anna', 'mcp-session-id': opened.session }
    expect((await fetch(`${opened.url}/mcp`, { method: 'DELETE', headers })).status).toBe(200)
    expect(await (await answer).text()).toBe('')
    expect(cut.mock.calls[0]?.[0].signal.aborted).toBe(true)
  })

  test('is told nothing more once its token has ended', async () => {
    const cut = vi.fn(untilCut)
    const opened = await open(cut, { expiresInMs: 300 })
    const answer = post(opened, { id: 11 })
    await vi.waitFor(() => expect(cut).toHaveBeenCalled())
    await expect(answer.then((response) => response.text())).rejects.toThrow()
  })

  test('shows life when it takes long', async () => {
    const { promise, resolve } = Promise.withResolvers<ExchangeAnswer>()
    const opened = await open(() => promise, { limits: { keepAliveMs: 20 } })
    const answer = await post(opened, { id: 8 })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    await new Promise((later) => setTimeout(later, 60))
    resolve(done)
    const text = await answer.text()
    expect(text).toContain(': keepalive')
    expect(text).toContain(JSON.stringify({ jsonrpc: '2.0', id: 8, result: done.result }))
  })

  test('says so when its server asks with its answer after all', async () => {
    const asks = { resultType: 'input_required', requestState: 'state' }
    const opened = await open(async () => ({ type: 'input_required', result: asks as never }))
    expect(await (await post(opened, { id: 9 })).json()).toMatchObject({
      error: { message: expect.stringContaining('has just changed the revision of MCP'), data: { retryable: true } },
    })
  })

  test('a second one under the same id, while the first is under way, is for the SDK', async () => {
    const { promise, resolve } = Promise.withResolvers<ExchangeAnswer>()
    const called = vi.fn(() => promise)
    const opened = await open(called)
    const first = post(opened, { id: 10 })
    await vi.waitFor(() => expect(called).toHaveBeenCalledOnce())
    const second = await post(opened, { id: 10 })
    expect(second.headers.get('content-type')).toBe('text/event-stream')
    resolve(done)
    expect(await (await first).json()).toMatchObject({ id: 10, result: done.result })
    await second.body?.cancel()
  })
})
