import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestListener, ServerResponse } from 'node:http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Egress } from '../../../../services/mcp/aggregator/upstream/http/egress.ts'
import { createPinnedFetch, type Reading } from '../../../../services/mcp/aggregator/upstream/http/pinned-fetch.ts'
import { PinnedWire } from '../../../../services/mcp/aggregator/upstream/http/pinned-wire.ts'
import { createClient } from '../../../../services/mcp/aggregator/upstream/link/create-client.ts'
import { WatchedHttpTransport } from '../../../../services/mcp/aggregator/upstream/link/http-transport.ts'
import { ShortPost } from '../../../../services/mcp/aggregator/upstream/link/short-post.ts'
import { listen } from './http-servers.ts'

/** The shorter way of a call must end as the SDK's does, whatever the server answers. */
type Answer = (id: number, response: ServerResponse, chunks: (text: string) => readonly string[]) => void

const text = { content: [{ type: 'text', text: 'hello \u00e9\u{1f600}' }] }
const image = { content: [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }], structuredContent: { a: 1 } }

const json =
  (body: unknown, status = 200, type = 'application/json'): Answer =>
  (_id, response, chunks) => {
    response.writeHead(status, { 'content-type': type })
    for (const piece of chunks(typeof body === 'string' ? body : JSON.stringify(body))) response.write(piece)
    response.end()
  }

const withId =
  (make: (id: number) => unknown, type = 'application/json', status = 200): Answer =>
  (id, response, chunks) =>
    json(make(id), status, type)(id, response, chunks)

const events =
  (make: (id: number) => string): Answer =>
  (id, response, chunks) =>
    json(make(id), 200, 'text/event-stream')(id, response, chunks)

const data = (message: unknown): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`
const result = (id: unknown, value: unknown = text) => ({ jsonrpc: '2.0', id, result: value })
const log = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'said' } }

const answers: Readonly<Record<string, Answer>> = {
  'text as JSON': withId((id) => result(id)),
  'an image as JSON': withId((id) => result(id, image)),
  'no content at all': withId((id) => result(id, {})),
  'content that is none': withId((id) => result(id, { content: 'text' })),
  'a result type of another revision': withId((id) => result(id, { ...text, resultType: 'complete' })),
  'an error': withId((id) => ({ jsonrpc: '2.0', id, error: { code: -32_602, message: 'no', data: { a: 1 } } })),
  'an error that says little': withId((id) => ({ jsonrpc: '2.0', id, error: { code: 'x' } })),
  'an id as text': withId((id) => result(String(id))),
  'a reason in another language': (id, response) => {
    response.writeHead(200, 'd\u00e9j\u00e0 vu', { 'content-type': 'application/json' })
    response.end(JSON.stringify([result(id)]))
  },
  'an event of another kind': events(
    (id) => `data: ${JSON.stringify(result(id))}\nevent: other\n\n${data(result(id))}`,
  ),
  'an event whose id stands last': events((id) => `data: ${JSON.stringify(result(id))}\nid: 3\n\n`),
  'a batch': withId((id) => [log, result(id)]),
  'a field too many': withId((id) => ({ ...result(id), more: 1 })),
  'something that is no JSON': json('{"jsonrpc"'),
  'another type': withId((id) => result(id), 'text/html'),
  'text as an event': events((id) => data(result(id))),
  'text as an event of CR LF': events((id) => data(result(id)).replaceAll('\n', '\r\n')),
  'an event after a message of the log': events((id) => data(log) + data(result(id))),
  'a message of the log after the answer': events((id) => data(result(id)) + data(log)),
  'a stream that begins with a comment': events((id) => `: hello\n\n${data(result(id))}`),
  'an event with an id': events((id) => `id: 7\n${data(result(id))}`),
  'a stream that ends without an answer': events(() => data(log)),
  'an event that is no JSON': events((id) => `data: {"json\n\n${data(result(id))}`),
  'status 404': withId((id) => result(id), 'application/json', 404),
  'status 500': json('broken', 500, 'text/plain'),
  'status 401': json('who?', 401, 'text/plain'),
}

/** Speaks the beginning of a session of 2025-06-18, then answers calls as it was told. */
async function serverWith(
  pick: () => { readonly answer: Answer; readonly chunks: (text: string) => readonly string[] },
) {
  const handle: RequestListener = async (request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const message = JSON.parse(body)
    if (message.id === undefined) return void response.writeHead(202).end()
    const { answer, chunks } = pick()
    if (message.method === 'tools/call') return answer(message.id, response, chunks)
    const value = {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {}, logging: {} },
      serverInfo: { name: 'scripted', version: '1' },
    }
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'session' })
    response.end(JSON.stringify(result(message.id, value)))
  }
  return listen((request, response) => void handle(request, response))
}

type Way = 'short' | 'sdk'

async function clientBy(way: Way, url: string, onLog: () => void) {
  const wire = new PinnedWire(new Egress('127.0.0.1', undefined), 4)
  const readings = new AsyncLocalStorage<Reading>()
  const fetch = createPinnedFetch(wire, { maxMessageBytes: 100_000, reading: () => readings.getStore() })
  const client = createClient({ capabilities: {} })
  client.setNotificationHandler('notifications/message', onLog)
  const transport = new WatchedHttpTransport(
    new URL(url),
    { fetch },
    {
      run: (reading, work) => readings.run(reading, work),
      take: (answer) => client.take(answer),
      short: way === 'short' ? new ShortPost(wire, new URL(url), { 'X-Own': ' yes\n' }) : undefined,
      maxAnswerBytes: () => 100_000,
    },
  )
  await client.connect(transport)
  const close = async () => {
    await client.close()
    wire.close()
  }
  return { client, close }
}

async function outcomeBy(way: Way, url: string): Promise<unknown> {
  let logs = 0
  const { client, close } = await clientBy(way, url, () => {
    logs += 1
  })
  const signal = AbortSignal.timeout(5000)
  const outcome = await client.call({ name: 'tool', arguments: {} }, { signal, onProgress: undefined }).then(
    (value) => ({ value }),
    (error: Error & { readonly code?: unknown; readonly status?: unknown }) => ({
      name: error.name,
      code: error.code,
      status: error.status,
      message: error.message.replaceAll(/\d{9,}/g, 'ID'),
    }),
  )
  // What a server says behind its answer is heard a moment later.
  await new Promise((resolve) => setTimeout(resolve, 20))
  await close()
  return { outcome, logs }
}

describe('the shorter way of a call', () => {
  test.each(Object.keys(answers))('ends as the way of the SDK: %s', async (name) => {
    const answer = answers[name] ?? json('')
    const { url } = await serverWith(() => ({ answer, chunks: (whole) => [whole] }))
    expect(await outcomeBy('short', url)).toEqual(await outcomeBy('sdk', url))
  })

  test('ends the same wherever the answer is cut', async () => {
    let current: Parameters<typeof serverWith>[0] = () => ({ answer: json(''), chunks: (whole) => [whole] })
    const { url } = await serverWith(() => current())
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(answers)),
        fc.array(fc.nat(200), { maxLength: 4 }),
        async (name, cuts) => {
          const chunks = (whole: string): readonly string[] => {
            const places = [...cuts.toSorted((a, b) => a - b), whole.length]
            return places.map((place, index) => whole.slice(places[index - 1] ?? 0, place)).filter((one) => one !== '')
          }
          current = () => ({ answer: answers[name] ?? json(''), chunks })
          expect(await outcomeBy('short', url)).toEqual(await outcomeBy('sdk', url))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('says what the SDK would of the session, its revision, and the headers of the settings', async () => {
    const server = await serverWith(() => ({ answer: withId((id) => result(id)), chunks: (whole) => [whole] }))
    await outcomeBy('short', server.url)
    expect(server.headers.at(-1)).toMatchObject({
      'mcp-session-id': 'session',
      'mcp-protocol-version': '2025-06-18',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'x-own': 'yes',
    })
  })

  test('signs in with the user of its url, and sends headers without the line feed of a secret', async () => {
    const server = await serverWith(() => ({ answer: withId((id) => result(id)), chunks: (whole) => [whole] }))
    const url = server.url.replace('http://', 'http://me:p%40ss@')
    expect(await outcomeBy('short', url)).toMatchObject({ outcome: { value: text } })
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
    const calls = server.headers.filter((headers) => headers['x-own'] !== undefined)
    expect(calls).toEqual([expect.objectContaining({ authorization, 'x-own': 'yes' })])
  })

  test('does not read to its end what is larger than it may be', async () => {
    const { url } = await serverWith(() => ({
      answer: withId((id) => result(id, { x: 'x'.repeat(200_000) })),
      chunks: (whole) => [whole],
    }))
    expect(await outcomeBy('short', url)).toMatchObject({ outcome: { name: 'BodyTooLarge' } })
  })
})
