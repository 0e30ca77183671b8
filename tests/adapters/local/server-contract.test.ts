import { adapterSetOf } from '../../../services/adapters/registry.ts'
import {
  type CuttableSubject,
  cutStreamContract,
  modelAdapterContract,
} from '../../contracts/model-adapter.contract.ts'
import { textRequest } from './local-harness.ts'
import { startServerHouse } from './server-harness.ts'

const lookup = {
  name: 'lookup',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

const subjectOf = (connection: string) => async (): Promise<CuttableSubject> => {
  const { adapter, stop } = await startServerHouse()
  const plain = { connection, parameters: {} }
  return {
    set: adapterSetOf({ local: adapter }),
    name: 'local',
    request: textRequest('fake', plain),
    longRequest: textRequest('fake?tokens=1000&pace_ms=5', plain),
    // Chosen freely: a call is what this fake answers, and Ollama cannot be made to.
    toolRequest: textRequest('fake?calls=1', { ...plain, tools: [lookup] }),
    cutRequest: textRequest('fault:end-without-terminator', plain),
    stop,
  }
}

for (const connection of ['plain', 'native']) {
  modelAdapterContract(`local server on the fake vendor, ${connection}`, subjectOf(connection))
  cutStreamContract(`local server on the fake vendor, ${connection}`, subjectOf(connection))
}
