import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { root } from '../support/house.ts'
import { endpointToken, McpEndpoint } from './mcp-endpoint.ts'
import { runHearth } from './run-hearth.ts'

const program = join(root, 'clients/cli/main.ts')

let endpoint: McpEndpoint
beforeEach(async () => {
  endpoint = await McpEndpoint.open()
})
afterEach(() => endpoint[Symbol.asyncDispose]())

const envOf = (more: object = {}): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HEARTH_URL: endpoint.url,
  HEARTH_TOKEN: endpointToken,
  ...more,
})

/** What a client is configured with: a program and its arguments. */
const spawned = (...args: readonly string[]): StdioClientTransport =>
  new StdioClientTransport({
    command: process.execPath,
    args: [program, 'mcp', 'stdio', ...args],
    env: envOf(),
    cwd: tmpdir(),
    stderr: 'pipe',
  })

test('a client that finds out the era itself spawns the program, lists and calls, and it ends with the client', async () => {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  const transport = spawned()
  await client.connect(transport)
  expect(client.getProtocolEra()).toBe('modern')
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['where', 'hang'])
  expect(await client.callTool({ name: 'where' })).toMatchObject({ content: [{ text: '/mcp' }] })
  const { pid } = transport
  await client.close()
  await vi.waitFor(() => expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH'))
})

test('a client of the older revisions serves a profile by its name, and its session ends with it', async () => {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'legacy' } })
  await client.connect(spawned('--profile', 'kitchen'))
  expect(await client.callTool({ name: 'where' })).toMatchObject({ content: [{ text: '/mcp/profiles/kitchen' }] })
  expect(endpoint.sessions).toBe(1)
  await client.close()
  await vi.waitFor(() => expect(endpoint.sessions).toBe(0))
})

test('SIGTERM in the middle of a call ends the program, and the call at the house', async () => {
  const child = spawn(process.execPath, [program, 'mcp', 'stdio'], { env: envOf(), cwd: tmpdir() })
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hang', arguments: {}, _meta: meta } }
  child.stdin.write(`${JSON.stringify(call)}\n`)
  await vi.waitFor(() => expect(endpoint.hanging).toBe(1), 20_000)
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
  await vi.waitFor(() => expect(endpoint.cancelled).toBe(1))
})

test('what is wrong is said on standard error, and standard output has messages only', async () => {
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
  const stdin = `${JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: initialize })}\n`
  const wrongName = await runHearth(['mcp', 'stdio', '--profile', '../admin'], { env: envOf() })
  expect(wrongName).toMatchObject({ code: 2, stdout: '' })
  const noToken = await runHearth(['mcp', 'stdio', '--token-file', '/none'], { env: envOf(), stdin })
  expect(noToken).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('holds no token') })
})
