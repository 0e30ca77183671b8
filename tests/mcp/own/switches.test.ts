import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ToolRecord } from '../../../services/mcp/aggregator/catalog.ts'
import { answerOf, caller, codeOf } from './call-own.ts'
import { catalogTool } from './fake-aggregator.ts'
import { httpServer, type OwnHouse, openOwnHouse } from './own-house.ts'

let house: OwnHouse
const everything = { profile: undefined }

beforeEach(async () => {
  house = await openOwnHouse()
  const mcpServers = { memory: httpServer(), files: httpServer() }
  await house.store.declare({ version: '1', profiles: {}, users: {}, mcpServers, homeDevices: {} })
  await house.store.catalog.save({
    server: 'memory',
    tools: [record('read_graph'), record('forget', { state: 'quarantined' }), record('write', { enabled: false })],
    listing: undefined,
  })
  await house.aggregator.sync()
})
afterEach(() => house[Symbol.asyncDispose]())

function record(name: string, change: Partial<ToolRecord> = {}): Omit<ToolRecord, 'revision'> {
  const { exposed, tokens, revision, ...kept } = catalogTool({ name }, change)
  return kept
}

describe('switches by tools', () => {
  test('servers are listed with their state and their tools counted', async () => {
    house.aggregator.statusList = [
      {
        name: 'memory',
        state: 'backoff',
        era: 'legacy',
        protocolVersion: '2025-11-25',
        lastError: 'it died',
        retryAt: 1,
        restarts: 3,
        callsInFlight: 0,
        latencyMs: undefined,
        pid: undefined,
        memoryBytes: undefined,
      },
    ]
    await house.store.mcpServers.toggle('files', false, undefined)
    await house.aggregator.sync()
    const { servers, has_more } = await answerOf(house.parts.tools, 'hearth_list_servers', {})
    const counts = { tools: 1, tools_off: 1, tools_quarantined: 1 }
    expect(servers).toEqual([
      {
        name: 'files',
        enabled: false,
        origin: 'config',
        state: 'off',
        last_error: null,
        tools: 0,
        tools_off: 0,
        tools_quarantined: 0,
      },
      { name: 'memory', enabled: true, origin: 'config', state: 'backoff', last_error: 'it died', ...counts },
    ])
    expect(has_more).toBe(false)
    const as = (...who: Parameters<typeof caller>) => ({ principal: caller(...who) })
    const list = (who: object) => answerOf(house.parts.tools, 'hearth_list_servers', {}, who)
    expect(await list(as('anna', ['read']))).toMatchObject({ servers: [{ last_error: null }, { last_error: '…' }] })
    expect(await list(as('gast', ['read'], 'guest'))).toEqual({ servers: [], has_more: false })
    expect(await answerOf(house.parts.tools, 'hearth_list_servers', { after: 'files' })).toMatchObject({
      servers: [{ name: 'memory' }],
    })
  })

  test('a server is switched, also a declared one, and is so when it is answered', async () => {
    const off = await answerOf(house.parts.tools, 'hearth_set_server', { name: 'memory', enabled: false })
    expect(off).toEqual({ name: 'memory', enabled: false, revision: expect.any(Number) })
    expect(house.aggregator.refusal('read_graph', everything)).toBe('server_off')
    const { tools } = await answerOf(house.parts.tools, 'hearth_search_tools', { query: 'graph' })
    expect(tools).toEqual([])
    await answerOf(house.parts.tools, 'hearth_set_server', { name: 'memory', enabled: true })
    expect(house.aggregator.refusal('read_graph', everything)).toBeUndefined()
    expect((await house.store.audit.list({ limit: 9 }, {})).items).toMatchObject([
      { principal: 'user:admin', action: 'mcp_server.toggle', target: 'memory', detail: '{"enabled":true}' },
      { principal: 'user:admin', action: 'mcp_server.toggle', target: 'memory', detail: '{"enabled":false}' },
    ])
    expect(await codeOf(house.parts.tools, 'hearth_set_server', { name: 'none', enabled: true })).toBe(
      'caller_not_found',
    )
  })

  test('a tool is switched by its exposed name; ON and yet not callable says why', async () => {
    const switchTool = (name: string, enabled: boolean) =>
      answerOf(house.parts.tools, 'hearth_set_tool', { name, enabled }, { principal: caller('anna') })
    const off = await switchTool('read_graph', false)
    expect(off).toEqual({ name: 'read_graph', server: 'memory', enabled: false, callable: false })
    expect(house.aggregator.refusal('read_graph', everything)).toBe('off')
    expect(await switchTool('write', true)).toMatchObject({ enabled: true, callable: true })
    expect(await switchTool('forget', true)).toMatchObject({
      callable: false,
      reason: expect.stringContaining('admin'),
    })
    expect((await house.store.audit.list({ limit: 1 }, {})).items).toMatchObject([
      { principal: 'user:anna', action: 'tool.toggle', target: 'memory/forget' },
    ])
    expect(await codeOf(house.parts.tools, 'hearth_set_tool', { name: 'no_such', enabled: true })).toBe(
      'caller_not_found',
    )
  })

  test('only who may write settings is offered the switches', () => {
    const scopesOf = (name: string) => house.parts.tools.find(({ definition }) => definition.name === name)?.anyOf
    expect(scopesOf('hearth_set_server')).toEqual(['settings'])
    expect(scopesOf('hearth_set_tool')).toEqual(['settings'])
    expect(scopesOf('hearth_put_setting')).toEqual(['settings'])
    expect(scopesOf('hearth_remove_setting')).toEqual(['settings'])
    expect(scopesOf('hearth_call_tool')).toEqual(['tools'])
  })
})
