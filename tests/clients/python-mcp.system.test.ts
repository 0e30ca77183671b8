import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPythonClient, pythonPackagesOf } from '../../scripts/bootstrap/python-client.mjs'
import {
  type FakeUpstream,
  type FakeUpstreams,
  startFakeUpstreams,
} from '../../services/common/testing/fake-upstreams/fake-upstreams.ts'
import { fakeTool } from '../../services/common/testing/fake-upstreams/upstream-script.ts'
import { type House, root, startHouse } from '../support/house.ts'
import { connectMcp, mcpConfig, untilListed } from '../support/mcp-house.ts'
import { startProgram } from '../support/program.ts'

/** Brought by `npm test`. CI must test everything, so there the tests run and fail without it. */
const isInstalled = hasPythonClient(root) || process.env['CI'] !== undefined
if (!isInstalled)
  console.log('Skipped: the Python clients are not installed; npm test installs them where Python 3.10 is.')

const tools = [fakeTool('say'), fakeTool('ask', { kind: 'ask', question: 'Really?' })]
const eras = ['modern', 'legacy'] as const

const noteOf = (upstream: string): string => `fake://${upstream}/note`

let upstreams: FakeUpstreams
let house: House

beforeAll(async () => {
  upstreams = await startFakeUpstreams(
    Object.fromEntries(eras.map((era) => [era, { era, tools, resources: [{ uri: noteOf(era), text: 'a note' }] }])),
  )
  const servers = Object.fromEntries(eras.map((era) => [era, { url: upstreams.get(era).url }]))
  const profiles = Object.fromEntries(
    eras.map((era) => [era, { targets: [{ adapter: 'demo', model: 'demo' }], tools: { servers: [era] } }]),
  )
  // Each upstream has the same tools: here each profile sees one of them, and both under their own names.
  for (const era of eras)
    Object.assign(servers[era] ?? {}, { tools: { rename: { say: `say_${era}`, ask: `ask_${era}` } } })
  house = await startHouse({ config: mcpConfig(servers, { profiles }) })
  const client = await connectMcp(house)
  await untilListed(client, [...eras])
  await client.close()
})
afterAll(async () => {
  await house.stop()
  await upstreams.stop()
})

type Fact = Readonly<Record<string, unknown>>

/** Runs the client to its end, changing what it listens to whenever it says so. */
async function factsOf(client: string, mode: string, upstream: FakeUpstream): Promise<readonly Fact[]> {
  const program = startProgram('python3', [join(root, 'tests/clients/python/mcp_clients.py'), client, mode], {
    env: {
      PYTHONPATH: pythonPackagesOf(root),
      PYTHONWARNINGS: 'ignore',
      MCP_URL: `${house.url}/mcp/profiles/${upstream.name}`,
      HEARTH_TOKEN: await house.adminToken(),
      UPSTREAM: upstream.name,
    },
  })
  try {
    await program.until(/"listening", "to": "tools"/, 30_000)
    upstream.become({ tools: [...tools, fakeTool(`extra_${client}_${mode}_${upstream.name}`)] })
    upstream.changed('tools')
    if (`${client} ${mode}` !== 'fastmcp auto') {
      await program.until(/"listening", "to": "resource"/, 30_000)
      // The house may still be subscribing at its upstream.
      const again = setInterval(() => upstream.resourceUpdated(noteOf(upstream.name)), 100)
      await program.until(/ResourceUpdated/, 30_000).finally(() => clearInterval(again))
    }
    await program.until(/"after"[^\n]+\n/, 30_000)
  } finally {
    await program.stop()
  }
  const lines = program.output().split('\n')
  return lines.filter((line) => line.startsWith('{')).map((line): Fact => JSON.parse(line))
}

describe.skipIf(!isInstalled).each(eras)('before a %s upstream', (era) => {
  it.each([
    ['mcp', 'auto', '2026-07-28'],
    ['mcp', 'legacy', '2025-11-25'],
    ['fastmcp', 'auto', '2026-07-28'],
    ['fastmcp', 'legacy', '2025-11-25'],
  ])('the Python package %s (%s) lists, calls, answers, reads and is told', async (client, mode, version) => {
    const facts = await factsOf(client, mode, upstreams.get(era))
    const tell = (what: string): Fact | undefined => facts.find((fact) => fact['what'] === what)
    expect(tell('connected')).toMatchObject({ version, package: client === 'mcp' ? '2.3.0' : '4.1.2' })
    expect(tell('tools')?.['names']).toEqual(expect.arrayContaining([`say_${era}`, `ask_${era}`]))
    expect(tell('called')).toMatchObject({ text: `{"upstream":"${era}","tool":"say","arguments":{"text":"hi"}}` })
    expect(tell('asked')).toMatchObject({ text: 'accept: yes' })
    expect(tell('read')).toMatchObject({ text: 'a note' })
    expect(tell('told')).toMatchObject({ of: 'ToolsListChanged' })
    expect(tell('after')?.['names']).toContainEqual(`extra_${client}_${mode}_${era}`)
  })
})
