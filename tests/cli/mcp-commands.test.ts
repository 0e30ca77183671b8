import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { mcpServerSpec } from '../../services/common/contracts/mcp-server.ts'
import { type ApiUnderTest, startApi } from '../mcp/api/support/api-under-test.ts'
import { toolRecord } from '../mcp/api/support/tool-record.ts'
import { runInProcess } from './run-in-process.ts'

vi.setConfig({ testTimeout: 30_000 })

describe('hearth mcp', () => {
  let api: ApiUnderTest
  beforeAll(async () => {
    api = await startApi(undefined, {
      authorize: async (server) => `https://sign-in.example/?at=${server}`,
      finishAuthorization: async () => 'memory',
    })
    await api.store.mcpServers.create('memory', mcpServerSpec.parse({ command: 'npx' }))
    await api.store.catalog.save({
      server: 'memory',
      tools: [
        toolRecord('memory', 'read_graph'),
        toolRecord('memory', 'wipe', { enabled: false }),
        toolRecord('memory', 'rug', { state: 'quarantined', reason: 'its description changed' }),
      ],
      listing: undefined,
    })
    await api.aggregator.sync()
    api.aggregator.status = { lastError: 'no such program' }
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const run = (...args: readonly string[]) =>
    runInProcess(['mcp', ...args], { HEARTH_URL: api.url, HEARTH_TOKEN: api.adminToken })

  test('servers says how each is', async () => {
    const { code, stdout } = await run('servers')
    expect(code).toBe(0)
    expect(stdout).toMatch(/ filed +ON cold \(config, http:\/\/127\.0\.0\.1:9\/mcp, 0 tools\): no such program\n/)
    expect(stdout).toMatch(/ memory +ON cold \(api, npx, 1 tool, 1 off, 1 to review\): no such program\n/)
    const json = await run('servers', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject([{ name: 'filed' }, { name: 'memory', status: { tools: { on: 1 } } }])
  })

  test('tools lists all of them, finds some, and takes those of one server', async () => {
    const { code, stdout } = await run('tools')
    expect(code).toBe(0)
    expect(stdout).toMatch(/ read_graph +ON \(memory\/read_graph\) Does read_graph\n/)
    expect(stdout).toMatch(/ rug +to review: its description changed \(memory\/rug\)/)
    expect(stdout).toMatch(/ wipe +OFF \(memory\/wipe\)/)
    const found = await run('tools', 'does wipe', '--server', 'memory', '--json')
    expect(JSON.parse(found.stdout)).toMatchObject([{ exposed_name: 'wipe' }])
    expect(await run('tools', 'nothing-of-this')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('hearth mcp servers'),
    })
  })

  test('sign-in prints the address that a person opens', async () => {
    expect(await run('sign-in', 'memory')).toMatchObject({
      code: 0,
      stdout: 'https://sign-in.example/?at=memory\n',
      stderr: expect.stringContaining('10 minutes'),
    })
  })

  test('on and off switch servers and tools, declared ones too; an unknown one fails with its code', async () => {
    expect(await run('off', 'filed')).toMatchObject({ code: 0, stderr: 'filed is OFF.\n' })
    expect((await api.store.mcpServers.get('filed'))?.enabled).toBe(false)
    expect(await run('on', 'filed')).toMatchObject({ code: 0, stderr: 'filed is ON.\n' })
    expect(await run('on', '--tool', 'wipe')).toMatchObject({ code: 0, stderr: 'wipe is ON.\n' })
    expect(api.aggregator.refusal('wipe')).toBeUndefined()
    expect(await run('off', 'memory')).toMatchObject({ code: 0 })
    expect((await run('tools')).stdout).toMatch(/ wipe +ON, its server OFF/)
    expect(await run('off', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('[caller_not_found]'),
    })
    expect(await run('off')).toMatchObject({ code: 2 })
  })
})
