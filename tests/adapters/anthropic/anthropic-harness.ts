import { createAnthropicAdapter } from '../../../services/adapters/anthropic/adapter.ts'
import type { AnthropicConnection } from '../../../services/common/config/config-schema.ts'
import type { ModelAdapter } from '../../../services/common/contracts/model-adapter.ts'
import { type FakeVendor, startFakeVendor } from '../../../services/common/testing/fake-vendor/fake-vendor.ts'
import { log, never } from '../openai/openai-harness.ts'

export interface AnthropicHarness {
  readonly vendor: FakeVendor
  readonly adapter: ModelAdapter
  stop(): Promise<void>
}

export const key = 'sk-ant-test'

/** The connection `default` speaks today's API, `older` that of 2023-06-01. */
export async function startAnthropicHarness(): Promise<AnthropicHarness> {
  const vendor = await startFakeVendor()
  const connection = (version: string): AnthropicConnection => ({
    base_url: vendor.rootUrl,
    api_key: key,
    api_version: version,
  })
  const adapter = createAnthropicAdapter({
    connections: () => ({ default: connection('2026-10-21'), older: connection('2023-06-01') }),
    log,
  })
  return {
    vendor,
    adapter,
    stop: async () => {
      await adapter.stop(never)
      await vendor.stop()
    },
  }
}
