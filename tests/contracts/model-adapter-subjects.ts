import { pino } from 'pino'
import { createDemoAdapter } from '../../services/adapters/demo/adapter.ts'
import { createOpenaiAdapter } from '../../services/adapters/openai/adapter.ts'
import { adapterSetOf } from '../../services/adapters/registry.ts'
import type { GenerateRequest } from '../../services/common/contracts/generate-request.ts'
import { startFakeVendor } from '../../services/common/testing/fake-vendor/fake-vendor.ts'
import type { CuttableSubject, ModelAdapterSubject } from './model-adapter.contract.ts'

const plainRequest: GenerateRequest = {
  runId: 'resp_contract',
  attempt: 1,
  connection: 'default',
  model: 'fake',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'What is the capital of France?' }] }],
  tools: [],
  toolChoice: { type: 'auto' },
  responseFormat: { type: 'text' },
  parameters: {},
  timeouts: { headersMs: 5000, firstTokenMs: 5000, idleMs: 5000, totalMs: 30_000 },
}

const lookup = {
  name: 'lookup',
  description: 'Looks a city up',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

const toolRequest: GenerateRequest = { ...plainRequest, tools: [lookup], toolChoice: { type: 'required' } }

/** The openai adapter on the fake vendor. */
export async function startOpenaiSubject(): Promise<CuttableSubject> {
  const vendor = await startFakeVendor()
  const adapter = createOpenaiAdapter({
    connections: () => ({ default: { base_url: vendor.baseUrl, api_key: 'test-key', api: 'chat' } }),
    log: pino({ level: 'silent' }),
  })
  return {
    set: adapterSetOf({ openai: adapter }),
    name: 'openai',
    request: plainRequest,
    longRequest: { ...plainRequest, model: 'fake?tokens=1000&pace_ms=5' },
    toolRequest: { ...toolRequest, model: 'fake?calls=1' },
    cutRequest: { ...plainRequest, model: 'fault:end-without-terminator' },
    stop: async () => {
      await adapter.stop(new AbortController().signal)
      await vendor.stop()
    },
  }
}

/** The demo adapter, a fast connection and a slow one. */
export async function startDemoSubject(): Promise<ModelAdapterSubject> {
  const adapter = createDemoAdapter({
    connections: () => ({
      default: { tokens_per_second: 5000, max_output_tokens: 100 },
      slow: { tokens_per_second: 50, max_output_tokens: 200 },
    }),
  })
  return {
    set: adapterSetOf({ demo: adapter }),
    name: 'demo',
    request: plainRequest,
    longRequest: { ...plainRequest, connection: 'slow' },
    toolRequest,
    stop: async () => undefined,
  }
}
