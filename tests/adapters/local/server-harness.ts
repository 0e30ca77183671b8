import { createLocalAdapter, type LocalAdapter } from '../../../services/adapters/local/adapter.ts'
import type { LocalConnection } from '../../../services/common/config/config-schema.ts'
import type { GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import {
  type FakeVendor,
  startFakeVendor,
  type VendorRequest,
} from '../../../services/common/testing/fake-vendor/fake-vendor.ts'
import { ask, log, never, type Outcome, plainConnection, textRequest } from './local-harness.ts'

export const timeouts = { headersMs: 800, firstTokenMs: 1000, idleMs: 400, totalMs: 10_000 }

export interface ServerHouse {
  readonly vendor: FakeVendor
  readonly adapter: LocalAdapter
  /** Changes a connection, or adds one. */
  set(name: string, connection: Partial<LocalConnection>): void
  /** The question at one connection, and the request its server got. */
  play(connection: string, model: string, overrides?: Partial<GenerateRequest>): Promise<Outcome & Played>
  stop(): Promise<void>
}

interface Played {
  /** Requests for an answer only, not for a state. */
  readonly request: VendorRequest | undefined
}

/** One fake server behind a connection of each flavor, and `native`: Ollama's own API. */
export async function startServerHouse(): Promise<ServerHouse> {
  const vendor = await startFakeVendor()
  const server = { ...plainConnection, base_url: vendor.baseUrl }
  const connections: Record<string, LocalConnection> = {
    plain: server,
    ollama: { ...server, flavor: 'ollama' },
    native: { ...server, flavor: 'ollama', num_ctx: 8192 },
    llamacpp: { ...server, flavor: 'llamacpp' },
    vllm: { ...server, flavor: 'vllm' },
    lmstudio: { ...server, flavor: 'lmstudio' },
  }
  const adapter = createLocalAdapter({ connections: () => connections, dataDir: '/nonexistent', log })
  return {
    vendor,
    adapter,
    set: (name, connection) => {
      connections[name] = { ...server, ...connection }
    },
    play: async (connection, model, overrides) => {
      const outcome = await ask(adapter, textRequest(model, { connection, parameters: {}, timeouts, ...overrides }))
      const request = vendor.requests.findLast(({ method }) => method === 'POST')
      await request?.closed
      return { ...outcome, request }
    },
    stop: async () => {
      await adapter.stop(never)
      await vendor.stop()
    },
  }
}
