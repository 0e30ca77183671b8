import { dirname } from 'node:path'
import { pino } from 'pino'
import { MemoryBus } from '../../../../services/common/bus/memory-bus.ts'
import { Readiness } from '../../../../services/common/lifecycle/readiness.ts'
import { createStore } from '../../../../services/mcp/store/create-store.ts'

/**
 * Writes answers until it is killed: `node write-answers.ts <database> <name of the round>`. The id of a run is printed
 * as a line of its own after the store has acknowledged its answer, so what the reader sees must survive.
 */
const [path = '', round = ''] = process.argv.slice(2)
const PARALLEL = 16

const store = createStore(
  { bus: new MemoryBus(), clock: Date.now, log: pino({ level: 'silent' }), readiness: new Readiness() },
  { path, dataDir: dirname(path) },
)
const never = new AbortController().signal
await store.start(never)
await Promise.all(Array.from({ length: PARALLEL }, (_, lane) => writeLane(lane)))

async function writeLane(lane: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const runId = `${round}-${lane}-${count}`
    const input = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: `question of ${runId}` }] }]
    const { conversation, parentId } = await store.history.open(
      { runId, owner: 'user:anna', title: round, input },
      never,
    )
    await store.history.close({
      ...{ runId, conversation, parentId, status: 'completed', profile: 'assistant', usage: null, attempts: [] },
      parts: [{ type: 'text', text: `answer of ${runId}` }],
    })
    process.stdout.write(`${runId}\n`)
  }
}
