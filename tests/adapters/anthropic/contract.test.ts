import { adapterSetOf } from '../../../services/adapters/registry.ts'
import {
  type CuttableSubject,
  cutStreamContract,
  modelAdapterContract,
} from '../../contracts/model-adapter.contract.ts'
import { textRequest } from '../openai/openai-harness.ts'
import { startAnthropicHarness } from './anthropic-harness.ts'

const lookup = {
  name: 'lookup',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

async function startAnthropicSubject(): Promise<CuttableSubject> {
  const { adapter, stop } = await startAnthropicHarness()
  return {
    set: adapterSetOf({ anthropic: adapter }),
    name: 'anthropic',
    request: textRequest(),
    longRequest: textRequest({ model: 'fake?tokens=1000&pace_ms=5' }),
    toolRequest: textRequest({ model: 'fake?calls=1', tools: [lookup], toolChoice: { type: 'required' } }),
    cutRequest: textRequest({ model: 'fault:end-without-terminator' }),
    stop,
  }
}

modelAdapterContract('anthropic on the fake vendor, in process', startAnthropicSubject)
cutStreamContract('anthropic on the fake vendor, in process', startAnthropicSubject)
