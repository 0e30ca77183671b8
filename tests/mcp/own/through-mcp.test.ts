import { PassThrough } from 'node:stream'
import { Client } from '@modelcontextprotocol/client'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bridgeStdio } from '../../../clients/cli/mcp-bridge/stdio-bridge.ts'
import {
  type FakeUpstreams,
  startFakeUpstreams,
} from '../../../services/common/testing/fake-upstreams/fake-upstreams.ts'
import { fakeTool } from '../../../services/common/testing/fake-upstreams/upstream-script.ts'
import { openWholeMcp, type WholeMcp } from './open-whole-mcp.ts'
import { httpServer } from './own-house.ts'

const never = new AbortController().signal

let fakes: FakeUpstreams
let mcp: WholeMcp
let admin: string
beforeAll(async () => {
  const weather = fakeTool('weather', { kind: 'echo' }, { description: 'Tells whether it will rain in a town' })
  fakes = await startFakeUpstreams({ sky: { era: 'both', tools: [weather] } })
  mcp = await openWholeMcp()
  admin = await mcp.tokenOf('admin', ['admin'], 'admin')
  await mcp.store.mcpServers.create('sky', httpServer({ url: fakes.get('sky').url }))
  await mcp.aggregator.sync(never)
  await mcp.aggregator.refresh('sky', never)
})
afterAll(async () => {
  await mcp[Symbol.asyncDispose]()
  await fakes.stop()
})

const namesOf = async (client: Client): Promise<readonly string[]> =>
  (await client.listTools(undefined, { cacheMode: 'bypass' })).tools.map(({ name }) => name)

describe.each(['modern', 'legacy'] as const)('own parts at the endpoint, to a client of the %s revisions', (era) => {
  test('a tool is searched, described and called', async () => {
    const client = await mcp.connect(era, admin)
    expect(await namesOf(client)).toEqual(
      expect.arrayContaining(['hearth_search_tools', 'hearth_call_tool', 'weather']),
    )
    const found = await client.callTool({ name: 'hearth_search_tools', arguments: { query: 'rain' } })
    expect(found.structuredContent).toMatchObject({ tools: [{ name: 'weather', server: 'sky', parameters: ['text'] }] })
    const described = await client.callTool({ name: 'hearth_describe_tools', arguments: { names: ['weather'] } })
    expect(described.structuredContent).toMatchObject({ tools: [{ inputSchema: { type: 'object' } }], refused: [] })
    const called = await client.callTool({
      name: 'hearth_call_tool',
      arguments: { name: 'weather', arguments: { text: 'Oslo' } },
    })
    expect(JSON.stringify(called.content)).toContain('Oslo')
    expect(called.isError).not.toBe(true)
  })

  test('a switch is in force when it is answered, and told', async () => {
    const onChanged = vi.fn()
    const client = await mcp.connect(era, admin, {
      listChanged: { tools: { onChanged, autoRefresh: false, debounceMs: 0 } },
    })
    await namesOf(client)
    const toggle = (name: string, enabled: boolean, what: 'server' | 'tool') =>
      client.callTool({ name: `hearth_set_${what}`, arguments: { name, enabled } })
    for (const [what, name] of [
      ['tool', 'weather'],
      ['server', 'sky'],
    ] as const) {
      onChanged.mockClear()
      expect((await toggle(name, false, what)).isError).not.toBe(true)
      expect(await namesOf(client)).not.toContain('weather')
      const off = { isError: true, _meta: { 'hearth/code': 'tool_disabled' } }
      expect(await client.callTool({ name: 'weather' })).toMatchObject(off)
      expect(await client.callTool({ name: 'hearth_call_tool', arguments: { name: 'weather' } })).toMatchObject(off)
      expect(
        (await client.callTool({ name: 'hearth_search_tools', arguments: { query: 'rain' } })).structuredContent,
      ).toEqual({ tools: [] })
      await vi.waitFor(() => expect(onChanged).toHaveBeenCalled())
      await toggle(name, true, what)
      expect(await namesOf(client)).toContain('weather')
    }
  })

  test('a token sees and uses what its scopes let it', async () => {
    const client = await mcp.connect(era, await mcp.tokenOf('reader', ['chat']))
    expect(await namesOf(client)).toEqual(['hearth_search_conversations', 'hearth_read_conversation'])
    expect(
      await client.callTool({ name: 'hearth_set_tool', arguments: { name: 'weather', enabled: false } }),
    ).toMatchObject({ isError: true, _meta: { 'hearth/code': 'policy_access_denied' } })
    expect((await client.listResources()).resources).toEqual([])
  })

  test('own conversations are listed, read, completed and told of, to nobody else', async () => {
    const owner = { id: 'user:anna', user: 'anna', role: 'member', scopes: ['chat'], credentialId: 'x' } as const
    const annas = await mcp.connect(era, await mcp.tokenOf('anna', ['chat']))
    const bens = await mcp.connect(era, await mcp.tokenOf('ben', ['chat']))
    const { id } = await mcp.store.conversations.create(owner, `the ${era} boiler`)
    const uri = `hearth://conversations/${id}`
    expect((await annas.listResources(undefined, { cacheMode: 'bypass' })).resources.map((item) => item.uri)).toContain(
      uri,
    )
    expect((await bens.listResources(undefined, { cacheMode: 'bypass' })).resources).toEqual([])
    expect(JSON.stringify(await annas.readResource({ uri }))).toContain(`the ${era} boiler`)
    await expect(bens.readResource({ uri })).rejects.toMatchObject({ code: -32_602 })
    const ref = { type: 'ref/resource', uri: 'hearth://conversations/{id}' } as const
    const { completion } = await annas.complete({ ref, argument: { name: 'id', value: `${era} boil` } })
    expect(completion.values).toEqual([id])
    const told = await watch(annas, uri)
    await mcp.store.conversations.update(owner, id, { title: 'renamed' }, undefined)
    await vi.waitFor(() => expect(told).toContain(uri))
  })

  async function watch(client: Client, uri: string): Promise<readonly string[]> {
    const told: string[] = []
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri))
    if (era === 'legacy') await client.subscribeResource({ uri })
    else await client.listen({ resourceSubscriptions: [uri] })
    return told
  }

  test('clients that only spawn have the same', async () => {
    const [toBridge, fromBridge, ending] = [new PassThrough(), new PassThrough(), new AbortController()]
    const done = bridgeStdio({
      endpoint: new URL(mcp.url),
      token: admin,
      input: toBridge,
      write: async (text) => void fromBridge.write(text),
      note: (line) => expect.unreachable(line),
      signal: ending.signal,
    })
    const mode = era === 'modern' ? { pin: '2026-07-28' } : 'legacy'
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
    await client.connect(new StdioServerTransport(fromBridge, toBridge))
    expect(await namesOf(client)).toContain('weather')
    const called = await client.callTool({ name: 'weather', arguments: { text: 'Bergen' } })
    expect(JSON.stringify(called.content)).toContain('Bergen')
    ending.abort()
    await done
  })
})
