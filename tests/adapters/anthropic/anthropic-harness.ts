import { pino } from 'pino'
import { createAnthropicAdapter } from '../../../services/adapters/anthropic/adapter.ts'
import type { AnthropicConnection } from '../../../services/common/config/config-schema.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import type { ModelAdapter } from '../../../services/common/contracts/model-adapter.ts'
import { type HearthError, toHearthError } from '../../../services/common/errors/hearth-error.ts'
import { type FakeVendor, startFakeVendor } from '../../../services/common/testing/fake-vendor/fake-vendor.ts'

export const log = pino({ level: 'silent' })
export const never = new AbortController().signal

export const textRequest = (overrides: Partial<GenerateRequest> = {}): GenerateRequest => ({
  runId: 'resp_test',
  attempt: 1,
  connection: 'default',
  model: 'fake',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Say something' }] }],
  tools: [],
  toolChoice: { type: 'auto' },
  responseFormat: { type: 'text' },
  parameters: {},
  timeouts: { headersMs: 5000, firstTokenMs: 5000, idleMs: 5000, totalMs: 20_000 },
  ...overrides,
})

export interface Outcome {
  readonly batches: readonly (readonly GenerateEvent[])[]
  readonly events: readonly GenerateEvent[]
  readonly text: string
  readonly error: HearthError | undefined
}

/** Runs a generation to its end, keeping what came before a failure. */
export async function collect(stream: AsyncIterable<readonly GenerateEvent[]>): Promise<Outcome> {
  const batches: (readonly GenerateEvent[])[] = []
  let error: HearthError | undefined
  try {
    for await (const batch of stream) batches.push(batch)
  } catch (thrown) {
    error = toHearthError(thrown)
  }
  const events = batches.flat()
  const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
  return { batches, events, text, error }
}

export interface AnthropicHarness {
  readonly vendor: FakeVendor
  readonly adapter: ModelAdapter
  stop(): Promise<void>
}

/** The connection `default` speaks today's API, `older` that of 2023-06-01. */
export async function startAnthropicHarness(): Promise<AnthropicHarness> {
  const vendor = await startFakeVendor()
  const connection = (version: string): AnthropicConnection => ({
    base_url: vendor.rootUrl,
    api_key: 'sk-ant-test',
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
