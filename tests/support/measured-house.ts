// A house in a process of its own that tells how much it holds when it is asked. Started with --expose-gc and an IPC
// channel; the parent's message `measure` is answered with a `Measure`.
import { pino } from 'pino'
import { loadConfig } from '../../services/common/config/load-config.ts'
import { Lifecycle } from '../../services/common/lifecycle/lifecycle.ts'
import { composeHouse } from '../../services/composition/house.ts'
import { parseRoles } from '../../services/composition/roles.ts'
import type { FromMeasuredHouse, Measure } from './measure.ts'

const log = pino({ level: 'fatal' }, pino.destination(2))
const failures: string[] = []
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) =>
    failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  )
}

const tell = (message: FromMeasuredHouse): void => {
  process.send?.(message)
}

const loaded = loadConfig({ env: process.env, cwd: process.cwd() })
const facts = new Map<string, string>()
const house = await composeHouse({
  loaded,
  roles: parseRoles([]),
  log,
  version: 'test',
  tell: (label, value) => void facts.set(label, value),
})
const lifecycle = new Lifecycle(house.parts, log)
await lifecycle.start(new AbortController().signal)
tell({ type: 'started', url: facts.get('address') ?? '' })

process.on('message', (message) => {
  if (message === 'measure') tell({ type: 'measured', measure: measure() })
})
process.on('disconnect', () => void lifecycle.stop(5000).then(() => process.exit(0)))

/** After a collection of `last-resort`, which takes also what V8 keeps for a while: code that ran once, caches. */
function measure(): Measure {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  const resources: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  return { heapBytes: process.memoryUsage().heapUsed, resources, failures: [...failures] }
}
