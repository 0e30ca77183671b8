// The composition root. Reads the configuration, builds the roles of this process (composition/house.ts), starts them,
// and stops them on SIGTERM or SIGINT.
import packageJson from '../package.json' with { type: 'json' }
import { ConfigError, problemLine } from './common/config/config-error.ts'
import { loadConfig } from './common/config/load-config.ts'
import type { LoadedConfig } from './common/config/loaded-config.ts'
import { HearthError } from './common/errors/hearth-error.ts'
import { Lifecycle } from './common/lifecycle/lifecycle.ts'
import { createLogger } from './common/telemetry/create-logger.ts'
import type { Logger } from './common/telemetry/logger.ts'
import { explainFailure } from './composition/explain-failure.ts'
import { composeHouse } from './composition/house.ts'
import { parseRoles, type Role, wiringProblems } from './composition/roles.ts'

/** Exit codes: 0 stopped when asked, 1 failed, 2 wrong usage, 5 wrong configuration. */
const exitCode = { stopped: 0, failed: 1, usage: 2, configuration: 5 } as const

/** From the signal to the end, milliseconds; runs that go on have this long to finish. */
const stopDeadlineMs = 25_000

/** A terminal's Ctrl-C reaches us from the terminal and from npm; what comes this soon is the same wish, milliseconds. */
const sameWishMs = 1000

process.title = 'hearth'
process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const prepared = prepare(argv)
  if (prepared.status === 'refused') {
    process.stderr.write(`${prepared.message}\n`)
    return prepared.code
  }
  const { loaded, roles } = prepared
  const log = createLogger(loaded.config.log)
  try {
    return await run(loaded, roles, log)
  } catch (error) {
    const { cause, message } = explainFailure(error)
    log.fatal(cause === undefined ? {} : { err: cause }, message)
    return exitCode.failed
  }
}

type Prepared =
  | { readonly status: 'ready'; readonly loaded: LoadedConfig; readonly roles: ReadonlySet<Role> }
  | { readonly status: 'refused'; readonly code: number; readonly message: string }

function prepare(argv: readonly string[]): Prepared {
  try {
    const roles = parseRoles(argv)
    const loaded = loadConfig({ env: process.env, cwd: process.cwd() })
    const { clusterToken } = loaded.secrets
    const problems = wiringProblems({ roles, config: loaded.config, clusterToken })
    if (problems.length === 0) return { status: 'ready', loaded, roles }
    return { status: 'refused', code: exitCode.configuration, message: problems.join('\n') }
  } catch (error) {
    if (error instanceof ConfigError) {
      return { status: 'refused', code: exitCode.configuration, message: error.problems.map(problemLine).join('\n') }
    }
    if (error instanceof HearthError) return { status: 'refused', code: exitCode.usage, message: error.message }
    throw error
  }
}

async function run(loaded: LoadedConfig, roles: ReadonlySet<Role>, log: Logger): Promise<number> {
  const startedAt = performance.now()
  const ended = endOfProcess(log)
  console.log(`Hearth ${packageJson.version}: ${[...roles].join(', ')}`)
  const tell = (label: string, value: string): void => console.log(`  ${label.padEnd(11)} ${value}`)
  const house = await composeHouse({ loaded, roles, log, version: packageJson.version, tell })
  const lifecycle = new Lifecycle(house.parts, log)
  try {
    await lifecycle.start(ended.signal)
    await house.readiness.whenReady(ended.signal)
    sayReady(performance.now() - startedAt, roles)
    await ended.promise
  } catch (error) {
    if (!ended.signal.aborted) throw error
  } finally {
    await lifecycle.stop(stopDeadlineMs)
  }
  return ended.code()
}

function sayReady(tookMs: number, roles: ReadonlySet<Role>): void {
  console.log(`Ready in ${(tookMs / 1000).toFixed(1)} s.`)
  if (roles.has('gateway')) console.log('Ask something: npm run -s ask -- "What is the capital of France?"')
}

interface EndOfProcess {
  readonly signal: AbortSignal
  /** Resolves at the first signal or at a failure nobody caught. */
  readonly promise: Promise<void>
  code(): number
}

/** The first SIGTERM or SIGINT ends the process in order, as does an error that nobody caught; a second ends it at once. */
function endOfProcess(log: Logger): EndOfProcess {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  let code: number = exitCode.stopped
  let endedAt = 0
  const end = (): void => {
    endedAt ||= performance.now()
    controller.abort(new Error('stopping'))
    resolve()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted && performance.now() - endedAt > sameWishMs) process.exit(exitCode.failed)
      log.info({ signal }, 'stopping')
      end()
    })
  }
  // Output that nobody reads any more (EPIPE) is no defect: to log it would only meet it again, without end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, `${event}: a defect; stopping`)
      code = exitCode.failed
      end()
    })
  }
  return { signal: controller.signal, promise, code: () => code }
}
