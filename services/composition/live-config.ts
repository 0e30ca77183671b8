import { diffConfig } from '../common/config/diff-config.ts'
import type { LoadedConfig } from '../common/config/loaded-config.ts'
import { watchConfig } from '../common/config/watch-config.ts'
import type { Part } from '../common/lifecycle/part.ts'
import type { Readiness } from '../common/lifecycle/readiness.ts'
import type { Logger } from '../common/telemetry/logger.ts'

/**
 * The configuration as it is now; `log` follows `log.level`. A valid edit of the file replaces it and is announced; a broken one keeps the old and is
 * reported with file and line, in the log and in `/readyz`, which stays 200.
 */
export class LiveConfig implements Part {
  readonly name = 'config'
  readonly #readiness: Readiness
  readonly #log: Logger
  readonly #ended = new AbortController()
  readonly #listeners: ((loaded: LoadedConfig) => Promise<void>)[] = []
  readonly #atStart: LoadedConfig
  #current: LoadedConfig

  constructor(loaded: LoadedConfig, readiness: Readiness, log: Logger) {
    this.#atStart = loaded
    this.#current = loaded
    this.#readiness = readiness
    this.#log = log
  }

  current(): LoadedConfig {
    return this.#current
  }

  /** Registered while the house is built; called one after another for every valid edit. */
  onChange(listener: (loaded: LoadedConfig) => Promise<void>): void {
    this.#listeners.push(listener)
  }

  async start(): Promise<void> {
    for (const note of this.#atStart.notes) this.#log.info(note)
    for (const { connection, name } of this.#atStart.missing) {
      this.#log.info(`${connection} is disabled: ${name} is not set`)
    }
    watchConfig(this.#atStart, {
      signal: this.#ended.signal,
      onError: (error) => this.#reject(error),
      onChange: (next, changes) => {
        this.#current = next
        this.#log.level = next.config.log.level
        this.#readiness.clear('config')
        this.#log.info({ changed: changes.live }, 'configuration re-read')
        this.#reportRestart(diffConfig(this.#atStart.config, next.config).needsRestart)
        for (const listener of this.#listeners) listener(next).catch((error: unknown) => this.#reject(error))
      },
    })
  }

  async stop(): Promise<void> {
    this.#ended.abort()
  }

  #reject(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#readiness.report('config', `The edit is not used, the settings before it are: ${message}`, false)
    this.#log.error(`configuration not re-read: ${message}`)
  }

  /** @param paths what differs from the start; nothing, when an edit was taken back. */
  #reportRestart(paths: readonly string[]): void {
    if (paths.length === 0) {
      this.#readiness.clear('config-restart')
      return
    }
    const message = `Changed, but used only after a restart: ${paths.join(', ')}.`
    this.#readiness.report('config-restart', message, false)
    this.#log.warn(message)
  }
}
