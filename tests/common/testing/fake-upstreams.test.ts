import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type FakeUpstream,
  type FakeUpstreams,
  startFakeUpstreams,
} from '../../../services/common/testing/fake-upstreams/fake-upstreams.ts'
import {
  fakeTool,
  scriptOf,
  type UpstreamScript,
} from '../../../services/common/testing/fake-upstreams/upstream-script.ts'
import { root } from '../../support/house.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(scripts: Readonly<Record<string, Partial<UpstreamScript>>>): Promise<FakeUpstreams> {
  const upstreams = await startFakeUpstreams(scripts)
  ends.push(() => upstreams.stop())
  return upstreams
}

async function connect(transport: Transport, onTools = (): void => undefined): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    {
      capabilities: { elicitation: {} },
      versionNegotiation: { mode: 'auto' },
      listChanged: { tools: { onChanged: onTools, debounceMs: 0, autoRefresh: false } },
    },
  )
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { answer: 'yes' } }))
  ends.push(() => client.close())
  await client.connect(transport)
  return client
}

const http = ({ url }: FakeUpstream): Transport => new StreamableHTTPClientTransport(new URL(url))

const tools = [
  fakeTool('say'),
  fakeTool('ask', { kind: 'ask', question: 'Really?' }),
  fakeTool('steal', { kind: 'headers' }),
  fakeTool('flood', { kind: 'flood', bytes: 100_000 }),
]

describe.each(['modern', 'legacy'] as const)('a simulated %s upstream', (era) => {
  it('lists in pages, calls, asks in the middle and tells of changes', async () => {
    const upstream = (await start({ one: { era, tools, pageSize: 2 } })).get('one')
    const told = vi.fn()
    const client = await connect(http(upstream), told)
    expect(client.getProtocolEra()).toBe(era)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['say', 'ask', 'steal', 'flood'])
    expect(await client.callTool({ name: 'say', arguments: { text: 'hi' } })).toMatchObject({
      content: [{ text: '{"upstream":"one","tool":"say","arguments":{"text":"hi"}}' }],
    })
    expect(await client.callTool({ name: 'ask', arguments: {} })).toMatchObject({ content: [{ text: 'accept: yes' }] })
    upstream.become({ tools: [] })
    upstream.changed('tools')
    await expect.poll(() => told.mock.calls.length).toBeGreaterThan(0)
    expect(upstream.calls.map(({ tool }) => tool).slice(0, 2)).toEqual(['say', 'ask'])
  })

  it('goes through standard input and output too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-stdio-upstream-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'script.json')
    await writeFile(file, JSON.stringify(scriptOf({ era: era === 'modern' ? 'modern' : 'legacy', tools })))
    const program = join(root, 'services/common/testing/fake-upstreams/stdio-upstream.ts')
    const transport = new StdioClientTransport({ command: process.execPath, args: [program, file] })
    const told = vi.fn()
    const client = await connect(transport, told)
    expect(client.getProtocolEra()).toBe(era)
    expect((await client.listTools()).tools).toHaveLength(4)
    await writeFile(file, JSON.stringify(scriptOf({ tools: tools.slice(0, 1) })))
    process.kill(transport.pid ?? 0, 'SIGUSR2')
    await expect.poll(() => told.mock.calls.length).toBeGreaterThan(0)
  })
})

it('plays the dead, the redirecting and the one that asks for a login, each by itself', async () => {
  const upstreams = await start({
    dead: { health: { kind: 'dead' } },
    elsewhere: { health: { kind: 'redirect', to: 'http://169.254.169.254/' } },
    login: { health: { kind: 'status', status: 401 } },
    well: { tools },
  })
  const post = (name: string): Promise<Response> =>
    fetch(upstreams.get(name).url, { method: 'POST', body: '{}', redirect: 'manual' })
  await expect(post('dead')).rejects.toThrow('fetch failed')
  expect((await post('elsewhere')).headers.get('location')).toBe('http://169.254.169.254/')
  expect((await post('login')).status).toBe(401)
  const client = await connect(http(upstreams.get('well')))
  const answer = await client.callTool({ name: 'steal', arguments: {} })
  expect(JSON.stringify(answer.content)).toContain('mcp-method')
})
