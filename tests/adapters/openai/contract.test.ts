import { createOpenaiAdapter } from '../../../services/adapters/openai/adapter.ts'
import { adapterSetOf } from '../../../services/adapters/registry.ts'
import { startFakeVendor } from '../../../services/common/testing/fake-vendor/fake-vendor.ts'
import {
  type CuttableSubject,
  cutStreamContract,
  modelAdapterContract,
} from '../../contracts/model-adapter.contract.ts'
import { log, never, textRequest } from './openai-harness.ts'

const lookup = {
  name: 'lookup',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

async function startResponsesSubject(): Promise<CuttableSubject> {
  const vendor = await startFakeVendor()
  const connections = { default: { base_url: vendor.baseUrl, api: 'responses' as const } }
  const adapter = createOpenaiAdapter({ connections: () => connections, log })
  // Dropped by this API: the promises hold for an answer that begins by saying so.
  const parameters = { seed: 1 }
  return {
    set: adapterSetOf({ openai: adapter }),
    name: 'openai',
    request: textRequest({ parameters }),
    longRequest: textRequest({ parameters, model: 'fake?tokens=1000&pace_ms=5' }),
    toolRequest: textRequest({ model: 'fake?calls=1', tools: [lookup], toolChoice: { type: 'required' } }),
    cutRequest: textRequest({ model: 'fault:end-without-terminator' }),
    stop: async () => {
      await adapter.stop(never)
      await vendor.stop()
    },
  }
}

modelAdapterContract('openai by its Responses API, on the fake vendor', startResponsesSubject)
cutStreamContract('openai by its Responses API, on the fake vendor', startResponsesSubject)
