// Run by engine-process.system.test.ts as a process of its own: starts the adapter over the folder in argv, lets its model
// answer without end, and says where it is.
import { pino } from 'pino'
import { createLocalAdapter } from '../../../services/adapters/local/adapter.ts'
import { plainConnection, textOf, textRequest } from './local-harness.ts'

const [, , dataDir = ''] = process.argv
const embedded = { ...plainConnection, context_tokens: 30_000, sequences: 1, threads: 1 }
const log = pino({ level: 'silent' })
const adapter = createLocalAdapter({ connections: () => ({ embedded }), dataDir, log })
await adapter.start(new AbortController().signal)
process.stdout.write('started\n')
await adapter.whenLoaded(new AbortController().signal)
process.stdout.write('loaded\n')
const request = textRequest('endless', { parameters: {} })
while (true) {
  for await (const batch of adapter.generate(request, new AbortController().signal)) {
    if (textOf(batch) !== '') process.stdout.write('answering\n')
  }
}
