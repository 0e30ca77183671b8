import { adapterSetOf } from '../../services/adapters/registry.ts'
import { localHouse, textRequest } from '../adapters/local/local-harness.ts'
import { type ModelAdapterSubject, modelAdapterContract } from './model-adapter.contract.ts'

const lookup = {
  name: 'lookup',
  description: 'Looks a city up',
  parameters: { type: 'object', properties: { city: { enum: ['Paris', 'Rome'] } }, required: ['city'] },
}

/** The embedded engine on tiny models that are made here. */
async function startLocalSubject(): Promise<ModelAdapterSubject> {
  const house = await localHouse(
    { endless: { says: [' round', ' and', ' about'], repeats: true, contextTokens: 100_000 }, random: {} },
    { context_tokens: 30_000 },
  )
  await house.adapter.start(new AbortController().signal)
  await house.adapter.whenLoaded(new AbortController().signal)
  return {
    set: adapterSetOf({ local: house.adapter }),
    name: 'local',
    request: textRequest('endless'),
    longRequest: textRequest('endless', { parameters: {} }),
    toolRequest: textRequest('random', {
      tools: [lookup],
      toolChoice: { type: 'required' },
      parameters: { maxOutputTokens: 400 },
    }),
    stop: async () => house[Symbol.asyncDispose](),
  }
}

modelAdapterContract('local on the embedded engine', startLocalSubject)
