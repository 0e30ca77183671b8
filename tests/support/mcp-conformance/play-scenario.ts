import { randomUUID } from 'node:crypto'
import type { Client, ClientOptions } from '@modelcontextprotocol/client'
import { api } from '../api.ts'
import type { House } from '../house.ts'
import { connectMcp, exposedNames, refresh } from '../mcp-house.ts'
import { startDiscoveryShim } from './discovery-shim.ts'
import type { ToldScenario } from './scenario-control.ts'
import { oauthOf, signedIn } from './sign-in.ts'

/** One scenario while it is played: its server is an upstream of the house, its client a client of the house. */
interface Stage {
  readonly client: Client
  /** Calls a tool by the name it has at the scenario's server. */
  call(tool: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Names of its tools, as its server has them. */
  readonly tools: readonly string[]
  readonly server: string
  readonly context: Readonly<Record<string, unknown>>
}

interface Part {
  readonly play: (stage: Stage) => Promise<unknown>
  readonly client?: ClientOptions
  readonly era?: 'modern' | 'legacy'
  /** Its server speaks 2026-07-28 but knows no discovery. */
  readonly lacksDiscovery?: boolean
}

const confirming: ClientOptions = { capabilities: { elicitation: {} } }
const defaulting: ClientOptions = { capabilities: { elicitation: { form: { applyDefaults: true } } } }

const parts: Readonly<Record<string, Part>> = {
  initialize: { play: async () => undefined },
  'request-metadata': { play: async () => undefined },
  'json-schema-ref-no-deref': { play: async () => undefined },
  tools_call: { play: ({ call }) => call('add_numbers', { a: 5, b: 3 }) },
  'sse-retry': { play: ({ call }) => call('test_reconnection') },
  'elicitation-sep1034-client-defaults': {
    play: ({ call }) => call('test_client_elicitation_defaults'),
    client: defaulting,
    era: 'legacy',
  },
  'sep-2322-client-request-state': { play: multiRound, client: confirming, lacksDiscovery: true },
  'http-standard-headers': { play: everyVerb, lacksDiscovery: true },
  'http-custom-headers': { play: callsOfContext, lacksDiscovery: true },
  'http-invalid-tool-headers': {
    play: ({ tools, call }) => Promise.all(tools.map((tool) => call(tool, { region: 'us-west1' }))),
    lacksDiscovery: true,
  },
  'json-schema-2020-12-preservation': { play: echoSchema },
}

/** Signing in, as often as the server wants it. */
const signingIn: Part = { play: ({ call }) => call('test-tool') }

/** Registers the scenario's server at the house and does what its client should, as a client of the house. */
export async function playScenario(house: House, { scenario, url, context }: ToldScenario): Promise<void> {
  const isSignIn = scenario.startsWith('auth/')
  const part = isSignIn ? signingIn : parts[scenario]
  if (part === undefined) throw new Error(`${scenario} is not played`)
  await using shim = part.lacksDiscovery === true ? await startDiscoveryShim(url) : undefined
  const server = `scenario-${randomUUID().slice(0, 8)}`
  const made = await api(house, 'POST', '/api/v1/mcp/servers', {
    body: {
      name: server,
      url: shim?.url ?? url,
      trust: 'high',
      ...(isSignIn ? { oauth: oauthOf(scenario, context) } : {}),
    },
  })
  if (made.status !== 201) throw new Error(`${server} was not made: ${made.status} ${JSON.stringify(made.body)}`)
  try {
    const meet = <T>(work: () => Promise<T>): Promise<T> => (isSignIn ? signedIn(house, server, work) : work())
    await meet(() => refresh(house, server))
    await meet(() => playAt(house, server, part, context))
  } finally {
    await api(house, 'DELETE', `/api/v1/mcp/servers/${server}`)
  }
}

async function playAt(house: House, server: string, part: Part, context: Stage['context']): Promise<void> {
  const client = await connectMcp(house, {
    era: part.era ?? 'modern',
    ...(part.client === undefined ? {} : { client: { ...versionOf(part.era), ...part.client } }),
  })
  if (part.client === confirming || part.client === defaulting) {
    const content = part.client === confirming ? { confirmed: true } : {}
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content }))
  }
  try {
    const names = await exposedNames(client)
    const mine = [...names].filter(([origin]) => origin.startsWith(`${server}/`))
    const exposed = new Map(mine.map(([origin, name]) => [origin.slice(server.length + 1), name]))
    await part.play({
      client,
      server,
      context,
      tools: [...exposed.keys()],
      call: async (tool, args = {}) => {
        const answer = await client.callTool({ name: exposed.get(tool) ?? tool, arguments: { ...args } })
        if (answer._meta?.['hearth/code'] !== undefined) throw new Error(JSON.stringify(answer.content))
        return answer
      },
    })
  } finally {
    await client.close()
  }
}

const versionOf = (era: Part['era']): ClientOptions => ({
  versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } },
})

async function multiRound({ call }: Stage): Promise<void> {
  await call('test_mrtr_echo_state')
  await call('test_mrtr_no_state')
  await call('test_mrtr_unrelated')
  // A modern answer without `resultType` breaks the protocol: refused, and above all not asked again.
  await call('test_mrtr_no_result_type').catch(() => undefined)
}

async function everyVerb({ client, call, tools, server }: Stage): Promise<void> {
  for (const tool of tools) await call(tool)
  const isMine = ({ _meta }: { readonly _meta?: Readonly<Record<string, unknown>> | undefined }): boolean =>
    _meta?.['hearth/server'] === server
  const { resources } = await client.listResources()
  for (const { uri } of resources.filter(isMine)) await client.readResource({ uri })
  const { prompts } = await client.listPrompts()
  for (const { name } of prompts.filter(isMine)) await client.getPrompt({ name, arguments: {} })
}

async function callsOfContext({ call, context }: Stage): Promise<void> {
  const calls = context['toolCalls']
  if (!Array.isArray(calls)) throw new Error('The scenario names no calls')
  for (const { name, arguments: args } of calls) await call(name, args)
}

async function echoSchema({ client, call, server }: Stage): Promise<void> {
  const { tools } = await client.listTools()
  const focal = tools.find(
    ({ _meta }) => _meta?.['hearth/server'] === server && _meta['hearth/tool'] === 'json_schema_2020_12_tool',
  )
  await call('json_schema_echo', { schema: focal?.inputSchema })
}
