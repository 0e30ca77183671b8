import { MemoryBus } from '../../../services/common/bus/memory-bus.ts'
import { deviceSpec } from '../../../services/common/contracts/device.ts'
import { mcpServerSpec } from '../../../services/common/contracts/mcp-server.ts'
import { createOwnParts } from '../../../services/mcp/endpoint/own/create-own-parts.ts'
import { openTestStore, silent, type TestStore } from '../store/open-test-store.ts'
import { FakeAggregator } from './fake-aggregator.ts'

export interface OwnHouse extends AsyncDisposable {
  readonly opened: TestStore
  readonly store: TestStore['store']
  readonly aggregator: FakeAggregator
  readonly bus: MemoryBus
  readonly parts: ReturnType<typeof createOwnParts>
  allowCommands: boolean
}

/** Our own parts over a real store; the aggregator is a fake that knows what the store says when it is told to sync. */
export async function openOwnHouse(): Promise<OwnHouse> {
  const bus = new MemoryBus()
  const opened = await openTestStore({ bus })
  const { store } = opened
  const aggregator = new FakeAggregator(store)
  const rule = { allowCommands: false }
  const parts = createOwnParts({
    store,
    aggregator,
    bus,
    log: silent,
    clock: () => 0,
    allowApiCommands: () => rule.allowCommands,
  })
  return Object.assign(rule, { opened, store, aggregator, bus, parts, [Symbol.asyncDispose]: opened.close })
}

export const httpServer = (change: object = {}) => mcpServerSpec.parse({ url: 'http://127.0.0.1:9/mcp', ...change })

export const lamp = (change: object = {}) =>
  deviceSpec.parse({ adapter: 'demo', address: '0x1', area: 'kitchen', aliases: ['lamp over the sink'], ...change })
