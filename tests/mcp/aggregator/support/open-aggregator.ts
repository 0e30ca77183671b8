import type { CallToolResult } from '@modelcontextprotocol/client'
import { pino } from 'pino'
import { MemoryBus } from '../../../../services/common/bus/memory-bus.ts'
import { type McpServerSpec, mcpServerSpec } from '../../../../services/common/contracts/mcp-server.ts'
import { type ModelProfile, modelProfileSpec } from '../../../../services/common/contracts/model-profile.ts'
import type { Part } from '../../../../services/common/lifecycle/part.ts'
import type { Aggregator, Audience, ClientExchange } from '../../../../services/mcp/aggregator/aggregator.ts'
import type { CatalogTool } from '../../../../services/mcp/aggregator/catalog.ts'
import { type AggregatorDeps, createAggregator } from '../../../../services/mcp/aggregator/create-aggregator.ts'
import type { Store } from '../../../../services/mcp/store/store.ts'
import { openTestStore } from '../../store/open-test-store.ts'
import { FakePool } from './fake-pool.ts'

export const never = new AbortController().signal
export const everybody: Audience = { profile: undefined }

export interface Bench extends AsyncDisposable {
  readonly store: Store
  readonly pool: FakePool
  readonly bus: MemoryBus
  readonly aggregator: Aggregator & Part
  /** Declares (or replaces) a server through the store, and syncs. */
  declare(name: string, spec?: McpServerSpecInput): Promise<void>
  /** Waits until it holds. */
  until(holds: () => boolean): Promise<void>
  names(audience?: Audience): readonly string[]
  tool(exposedName: string): CatalogTool
  call(name: string, args?: Readonly<Record<string, unknown>>, more?: Partial<ClientExchange>): Promise<CallToolResult>
  /** Stops the aggregator and starts another over the same store and pool. */
  restart(): Promise<void>
}

export type McpServerSpecInput = Partial<Omit<McpServerSpec, 'tools'>> & {
  readonly tools?: Partial<McpServerSpec['tools']>
}

export const serverSpec = (spec: McpServerSpecInput = {}): McpServerSpec =>
  mcpServerSpec.parse({ ...(spec.url === undefined ? { command: 'fake' } : {}), ...spec })

export const profile = (tools: Partial<ModelProfile['tools']>): ModelProfile => ({
  ...modelProfileSpec.parse({ targets: [{ adapter: 'demo', model: 'demo' }], tools }),
  ...{ name: 'p', origin: 'api', revision: 1, created_at: 0, updated_at: 0 },
})

export const asker = (principal = 'user:anna') => ({ principal, capabilities: {} })

export async function openBench(deps: Partial<AggregatorDeps> = {}): Promise<Bench> {
  const bus = new MemoryBus()
  const opened = await openTestStore({ bus })
  const { store } = opened
  const pool = new FakePool()
  const make = () =>
    createAggregator({
      ...{ store, bus, onDisable: () => 'finish', clock: () => 1_800_000_000_000, log: pino({ level: 'silent' }) },
      pool: (listener) => pool.listenTo(listener),
      ...deps,
    })
  let aggregator = make()
  await aggregator.start(never)
  const bench: Bench = {
    ...{ store, pool, bus },
    get aggregator() {
      return aggregator
    },
    declare: async (name, spec) => {
      await store.mcpServers.put(name, serverSpec(spec), undefined)
      await aggregator.sync(never)
    },
    until,
    names: (audience = everybody) => aggregator.view(audience).tools.map(({ exposedName }) => exposedName),
    tool: (exposedName) => {
      const tool = aggregator.catalog().tools.get(exposedName)
      if (tool === undefined) throw new Error(`no tool ${exposedName}`)
      return tool
    },
    call: async (name, args = {}, more = {}) => {
      const answer = await aggregator.exchange({
        ...{ method: 'tools/call', params: { name, arguments: args }, asker: asker() },
        ...{ audience: everybody, signal: never, ...more },
      })
      return answer.result as CallToolResult
    },
    restart: async () => {
      await aggregator.stop(never)
      aggregator = make()
      await aggregator.start(never)
    },
    [Symbol.asyncDispose]: async () => {
      await aggregator.stop(never)
      await opened.close()
    },
  }
  return bench
}

async function until(holds: () => boolean, timeoutMs = 10_000): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error('it did not come to be')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

export const textOf = (result: CallToolResult): string =>
  result.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
