import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bridgeStdio } from '../../clients/cli/mcp-bridge/stdio-bridge.ts'

let house: ForgetfulHouse
let client: LineClient
beforeEach(async () => {
  house = await ForgetfulHouse.open()
  client = new LineClient(house.url)
  await client.ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 't', version: '1' },
  })
  client.say('notifications/initialized')
})
afterEach(async () => {
  await client.close()
  await house.close()
})

test('after a restart of the house the log level and what is watched are set again, and told as changed', async () => {
  await client.ask('logging/setLevel', { level: 'error' })
  await client.ask('logging/setLevel', { level: 'debug' })
  for (const uri of ['a:1', 'a:2', 'a:3']) await client.ask('resources/subscribe', { uri })
  await client.ask('resources/unsubscribe', { uri: 'a:2' })
  house.restart()
  await client.ask('tools/list', {})
  expect(house.heard).toEqual([
    'tools/list',
    'initialize',
    'notifications/initialized',
    'logging/setLevel debug',
    'resources/subscribe a:1',
    'resources/subscribe a:3',
    'tools/list',
  ])
  expect(client.told.filter(({ method }) => method === 'notifications/resources/updated')).toEqual([
    expect.objectContaining({ params: { uri: 'a:1' } }),
    expect.objectContaining({ params: { uri: 'a:3' } }),
  ])
  expect(client.notes).toEqual(['The house was restarted; the session was opened anew.'])
})

test('what the house does not let be watched any more is said, and not asked for once more', async () => {
  await client.ask('resources/subscribe', { uri: 'a:1' })
  house.restart()
  house.refused = 'resources/subscribe'
  await client.ask('tools/list', {})
  expect(client.notes).toContain('After its restart the house does not watch a:1 any more: not now')
  house.restart()
  await client.ask('tools/list', {})
  expect(house.heard).not.toContain('resources/subscribe a:1')
})

test('a handshake that the restarted house refuses fails what was asked, and is tried again with the next', async () => {
  await client.ask('resources/subscribe', { uri: 'a:1' })
  house.restart()
  house.refused = 'initialize'
  const sentence = 'The house was restarted and does not open the session anew; restart this client. not now'
  expect(await client.ask('tools/list', {})).toMatchObject({ error: { message: sentence } })
  expect(client.notes).toEqual([sentence])
  expect(house.heard).toEqual(['tools/list', 'initialize'])
  house.refused = ''
  expect(await client.ask('tools/list', {})).toMatchObject({ result: {} })
  expect(house.heard).toContain('resources/subscribe a:1')
})

test('a message that the house takes for ever does not stop what follows', async () => {
  house.stuck = 'notifications/roots/list_changed'
  client.say(house.stuck)
  expect(await client.ask('tools/list', {})).toMatchObject({ result: {} })
  expect(house.heard).toContain(house.stuck)
  expect(client.notes).toEqual(['The house did not take a message of the client in time; it was left out.'])
})

interface Told {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
}

/** A client that speaks to a bridge line by line. */
class LineClient {
  readonly told: Told[] = []
  readonly notes: string[] = []
  readonly #input = new PassThrough()
  readonly #ending = new AbortController()
  readonly #done: Promise<void>
  #lastId = 0

  constructor(url: string) {
    this.#done = bridgeStdio({
      endpoint: new URL(url),
      token: 'token',
      input: this.#input,
      write: async (text) => void this.told.push(JSON.parse(text)),
      note: (line) => void this.notes.push(line),
      signal: this.#ending.signal,
      limits: { deliveryMs: 200 },
    })
  }

  say(method: string): void {
    this.#input.write(`${JSON.stringify({ jsonrpc: '2.0', method })}\n`)
  }

  async ask(method: string, params: object): Promise<Told> {
    this.#lastId += 1
    const id = this.#lastId
    this.#input.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    return await vi.waitFor(() => {
      const answer = this.told.find((each) => each.id === id)
      if (answer === undefined) throw new Error(`${method} is not answered`)
      return answer
    })
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.#done
  }
}

/** The older revisions at their smallest: sessions that a restart forgets, and an empty result for everything. */
class ForgetfulHouse {
  /** Since the restart: the method, and what is set. */
  heard: string[] = []
  /** This method is answered with an error of the protocol. */
  refused = ''
  /** This one never. */
  stuck = ''
  #session = 0
  readonly #server = createServer((request, response) => void this.#serve(request, response))

  static async open(): Promise<ForgetfulHouse> {
    const house = new ForgetfulHouse()
    house.#server.listen(0, '127.0.0.1')
    await once(house.#server, 'listening')
    return house
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}/mcp`
  }

  restart(): void {
    this.#session += 1
    this.heard = []
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const { id, method, params } = (await json(request)) as Told & { readonly method: string }
    this.heard.push([method, params?.['level'] ?? params?.['uri']].filter((part) => part !== undefined).join(' '))
    const isKnown = request.headers['mcp-session-id'] === String(this.#session)
    if (method !== 'initialize' && !isKnown) return void response.writeHead(404).end()
    if (method === this.stuck) return
    if (id === undefined) return void response.writeHead(202).end()
    const isRefused = method === this.refused
    const session = method === 'initialize' && !isRefused ? { 'mcp-session-id': String(this.#session) } : {}
    const result = method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: {} } : {}
    const answer = isRefused ? { error: { code: -32_603, message: 'not now' } } : { result }
    response.writeHead(200, { 'content-type': 'application/json', ...session })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
  }
}
