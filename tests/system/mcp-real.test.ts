import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPythonClient } from '../../scripts/bootstrap/python-client.mjs'
import { api } from '../support/api.ts'
import { type House, root, startHouse } from '../support/house.ts'
import { connectMcp, exposedNames, mcpConfig, untilListed } from '../support/mcp-house.ts'
import { filesystemServer, nodeServers, pythonServers } from '../support/mcp-real-servers.ts'
import { startProgram } from '../support/program.ts'

/** Brought by `npm test`. CI must test everything, so there the tests run and fail without it. */
const hasPython = hasPythonClient(root) || process.env['CI'] !== undefined
if (!hasPython)
  console.log('Skipped: the Python servers are not installed; npm test installs them where Python 3.10 is.')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-mcp-real-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Text of the answer, of a tool by the name that its server gives it. */
async function textOf(client: Client, origin: string, args: Readonly<Record<string, unknown>>): Promise<string> {
  const name = (await exposedNames(client)).get(origin)
  expect(name, origin).toBeDefined()
  const { content } = await client.callTool({ name: String(name), arguments: { ...args } })
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('\n')
}

const countOf = (names: ReadonlyMap<string, string>, server: string): number =>
  [...names.keys()].filter((origin) => origin.startsWith(`${server}/`)).length

async function pidsOf(house: House): Promise<readonly number[]> {
  const { body } = await api(house, 'GET', '/api/v1/mcp/servers')
  const { data } = body as { readonly data: readonly { readonly status?: { readonly pid?: number | null } }[] }
  return data.flatMap(({ status }) => (typeof status?.pid === 'number' ? [status.pid] : []))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('real servers of npm', () => {
  it('are started, listed and called, by clients of both eras; none outlives the house', async () => {
    const servers = await nodeServers(folder)
    const house = await startHouse({ config: mcpConfig(servers) })
    const modern = await connectMcp(house)
    const legacy = await connectMcp(house, { era: 'legacy' })
    await untilListed(modern, Object.keys(servers), 60_000)
    const names = await exposedNames(modern)
    const counts = Object.keys(servers).map((server) => countOf(names, server))
    expect(counts).toEqual([14, 14, 9, expect.any(Number), 1, 2, 5, 25])
    expect(countOf(names, 'everything')).toBeGreaterThanOrEqual(13)
    expect(new Set(names.values()).size).toBe(names.size)
    for (const client of [modern, legacy]) {
      for (const server of ['files-a', 'files-b']) {
        const path = join(folder, server, 'whose.txt')
        expect(await textOf(client, `${server}/read_text_file`, { path })).toContain(`of ${server}`)
      }
      expect(await textOf(client, 'everything/echo', { message: 'hi' })).toBe('Echo: hi')
      expect(await textOf(client, 'memory/read_graph', {})).toContain('entities')
      expect(await textOf(client, 'memory-bank/list_projects', {})).toContain('files-a')
      expect(await textOf(client, 'context7/resolve-library-id', { query: 'x', libraryName: 'x' })).not.toBe('')
      const thought = { thought: 'x', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 }
      expect(await textOf(client, 'thinking/sequentialthinking', thought)).toContain('thoughtNumber')
    }
    const pids = await pidsOf(house)
    expect(pids.length).toBe(Object.keys(servers).length)
    await Promise.all([modern.close(), legacy.close()])
    await house.stop()
    await expect.poll(() => pids.filter(isAlive)).toEqual([])
  })

  it('keep the names of their tools through a restart, another order, a third of the same kind, and one that goes', async () => {
    const dataDir = join(folder, 'data')
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => filesystemServer(folder, `names-${name}`)))
    const namesWith = async (servers: Readonly<Record<string, typeof a>>): Promise<ReadonlyMap<string, string>> => {
      await using house = await startHouse({
        config: mcpConfig(servers as Record<string, NonNullable<typeof a>>),
        dataDir,
      })
      const client = await connectMcp(house)
      await untilListed(client, Object.keys(servers))
      const names = await exposedNames(client)
      await client.close()
      return names
    }
    const first = await namesWith({ a, b })
    expect(first.size).toBe(28)
    expect(await namesWith({ a, b })).toEqual(first)
    const third = await namesWith({ c, b, a })
    expect(third.size).toBe(42)
    for (const [origin, name] of first) expect(third.get(origin)).toBe(name)
    const without = await namesWith({ c, b })
    for (const [origin, name] of without) expect(third.get(origin)).toBe(name)
    expect(await namesWith({ b, a })).toEqual(first)
  })

  it('are reached over streamable HTTP and over the old HTTP+SSE too', async () => {
    const program = join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js')
    const ports = await Promise.all([freePort(), freePort()])
    const running = (['streamableHttp', 'sse'] as const).map((transport, index) =>
      startProgram(process.execPath, [program, transport], { env: { PORT: String(ports[index]) } }),
    )
    try {
      await Promise.all(running.map((one) => one.until(/on port|listening|running/i, 20_000)))
      const config = mcpConfig({
        streamed: { url: `http://127.0.0.1:${ports[0]}/mcp` },
        old: { url: `http://127.0.0.1:${ports[1]}/sse`, transport: 'sse' },
      })
      await using house = await startHouse({ config })
      const client = await connectMcp(house)
      await untilListed(client, ['streamed', 'old'])
      expect(await textOf(client, 'streamed/echo', { message: 'one' })).toBe('Echo: one')
      expect(await textOf(client, 'old/echo', { message: 'two' })).toBe('Echo: two')
      await client.close()
    } finally {
      await Promise.all(running.map((one) => one.stop()))
    }
  })
})

describe.skipIf(!hasPython)('real servers of PyPI', () => {
  it('are started, listed and called', async () => {
    const repository = join(folder, 'repository')
    // Of HTML it would install what it needs to read it.
    const site = http.createServer((_request, response) =>
      response.setHeader('content-type', 'text/plain').end('the page of this test'),
    )
    await new Promise<void>((done) => site.listen(0, '127.0.0.1', done))
    const address = site.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const servers = await pythonServers(repository)
    await using house = await startHouse({ config: mcpConfig(servers) })
    const client = await connectMcp(house)
    await untilListed(client, Object.keys(servers), 60_000)
    expect(await textOf(client, 'clock/get_current_time', { timezone: 'Europe/Zurich' })).toContain('Europe/Zurich')
    expect(await textOf(client, 'git/git_status', { repo_path: repository })).toContain('No commits yet')
    expect(await textOf(client, 'fetch/fetch', { url: `http://127.0.0.1:${port}/` })).toContain('the page of this test')
    await client.close()
    site.closeAllConnections()
    site.close()
  })
})

async function freePort(): Promise<number> {
  const server = http.createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address !== null ? address.port : 0
}
