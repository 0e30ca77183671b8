import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FakeUpstreams, startFakeUpstreams } from '../../services/common/testing/fake-upstreams/fake-upstreams.ts'
import { fakeTool } from '../../services/common/testing/fake-upstreams/upstream-script.ts'
import { api } from '../../tests/support/api.ts'
import { type House, startHouse } from '../../tests/support/house.ts'
import { connectMcp, mcpConfig, untilListed } from '../../tests/support/mcp-house.ts'
import { type Figure, figure, ms, type Scenario } from './figure.ts'

const servers = 100
const toolsPerServer = 5
const inFlight = 16
const listP50Ms = 8
const toldWithinMs = 100

/** Calls per second beside calls without a house, a list of 500 tools of 100 servers, 500 listeners told by one change. */
export const mcpSpeed: Scenario = async ({ say, isSample }) => {
  const names = Array.from({ length: servers }, (_, index) => `s-${index}`)
  const upstreams = await startFakeUpstreams(
    Object.fromEntries(
      names.map((name) => [
        name,
        { tools: Array.from({ length: toolsPerServer }, (_, index) => fakeTool(`${name}_tool_${index}`)) },
      ]),
    ),
  )
  const config = mcpConfig(Object.fromEntries(names.map((name) => [name, { url: upstreams.get(name).url }])))
  const house = await startHouse({ config })
  const agent = new http.Agent({ keepAlive: true })
  try {
    const client = await connectMcp(house)
    await untilListed(client, names, 120_000)
    await client.close()
    const through: Target = { url: `${house.url}/mcp`, token: await house.adminToken(), agent }
    const direct: Target = { url: upstreams.get('s-0').url, token: undefined, agent }
    const seconds = isSample ? 1 : 10
    say(`calls for ${seconds} s without the house, then through it`)
    const alone = await callsPerSecond(direct, seconds)
    const behind = await callsPerSecond(through, seconds)
    return [
      figure('calls/s direct, p50, p99', alone.text),
      figure('calls/s through the house, p50, p99', behind.text, behind.failed === 0),
      ...(await listSpeed(through, isSample)),
      ...(await listeners(house, upstreams, through, isSample)),
    ]
  } finally {
    agent.destroy()
    await house.stop()
    await upstreams.stop()
  }
}

interface Target {
  readonly url: string
  readonly token: string | undefined
  readonly agent: http.Agent
}

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
}

/** Sends one modern request; resolves with the answer when its headers are there. */
function send(
  { url, token, agent }: Target,
  method: string,
  params: object,
  name?: string,
): Promise<http.IncomingMessage> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: envelope } })
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  http.request(url, { method: 'POST', headers, agent }, resolve).once('error', reject).end(body)
  return promise
}

async function textOf(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function callsPerSecond(target: Target, seconds: number) {
  const times: number[] = []
  let failed = 0
  const until = performance.now() + seconds * 1000
  const work = async (): Promise<void> => {
    while (performance.now() < until) {
      const startedAt = performance.now()
      const params = { name: 's-0_tool_0', arguments: { text: 'hi' } }
      const text = await textOf(await send(target, 'tools/call', params, 's-0_tool_0'))
      times.push(performance.now() - startedAt)
      if (!text.includes('s-0_tool_0')) failed++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  const rate = Math.round(times.length / seconds)
  return { failed, text: `${rate}/s, ${ms(at(times, 0.5))}, ${ms(at(times, 0.99))}, ${failed} failed` }
}

const at = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? 0

async function listSpeed(target: Target, isSample: boolean): Promise<readonly Figure[]> {
  const times: number[] = []
  let count = 0
  for (let round = 0; round < (isSample ? 20 : 200); round++) {
    const startedAt = performance.now()
    const text = await textOf(await send(target, 'tools/list', {}))
    times.push(performance.now() - startedAt)
    count = text.split('"inputSchema"').length - 1
  }
  const p50 = at(times, 0.5)
  return [
    figure(
      `tools/list of ${count} tools, p50`,
      `${p50.toFixed(1)} ms`,
      count >= servers * toolsPerServer && (isSample || p50 <= listP50Ms),
    ),
  ]
}

async function listeners(
  house: House,
  upstreams: FakeUpstreams,
  target: Target,
  isSample: boolean,
): Promise<readonly Figure[]> {
  const count = isSample ? 50 : 500
  const toldAt: number[] = []
  const streams = await Promise.all(
    Array.from({ length: count }, async () => {
      const stream = await send(target, 'subscriptions/listen', { notifications: { toolsListChanged: true } })
      stream.on('data', (chunk: Buffer) => {
        if (chunk.includes('notifications/tools/list_changed')) toldAt.push(performance.now())
      })
      stream.on('error', () => undefined)
      return stream
    }),
  )
  // Acknowledged, and what the first looks still tell is told.
  await sleep(1000)
  toldAt.length = 0
  const server = upstreams.names[0] ?? ''
  await api(house, 'PATCH', `/api/v1/mcp/servers/${server}`, { body: { enabled: false } })
  const acknowledgedAt = performance.now()
  while (toldAt.length < count && performance.now() - acknowledgedAt < 10_000) await sleep(5)
  const slowest = Math.max(0, ...toldAt) - acknowledgedAt
  for (const stream of streams) stream.destroy()
  return [
    figure(
      `of ${count} listeners told by one change`,
      `${toldAt.length}, the last ${ms(Math.max(0, slowest))} after the acknowledgement`,
      toldAt.length === count && (isSample || slowest <= toldWithinMs),
    ),
  ]
}
