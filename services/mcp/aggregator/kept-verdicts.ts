import type { Logger } from '../../common/telemetry/logger.ts'
import type { Store } from '../store/store.ts'
import type { Verdicts } from './upstream.ts'

interface KeptVerdictsDeps {
  readonly records: Pick<Store['catalog'], 'load' | 'saveVerdict'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly log: Logger
}

/** Verdicts on eras in the store: asked without waiting, written behind. One that is lost costs one probe. */
export class KeptVerdicts implements Verdicts {
  readonly #deps: KeptVerdictsDeps
  readonly #kept = new Map<string, { readonly configHash: string; readonly prior: string }>()
  /** At most a few for each server: an era is found out at a start. */
  readonly #writing = new Set<Promise<unknown>>()

  constructor(deps: KeptVerdictsDeps) {
    this.#deps = deps
  }

  async load(): Promise<void> {
    const { verdicts } = await this.#deps.records.load()
    for (const { server, configHash, prior } of verdicts) this.#kept.set(server, { configHash, prior })
  }

  get(server: string, configHash: string): string | undefined {
    const kept = this.#kept.get(server)
    return kept?.configHash === configHash && kept.prior !== '' ? kept.prior : undefined
  }

  /** One that proved wrong is kept as an empty text. */
  set(server: string, configHash: string, prior = ''): void {
    this.#kept.set(server, { configHash, prior })
    const { records, clock, log } = this.#deps
    const writing = records
      .saveVerdict({ server, configHash, prior, at: clock() })
      .catch((error: unknown) => log.debug({ err: error, server }, 'the era of an MCP server was not kept'))
      .finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
  }

  /** Forgets those of all others; the store forgets them with the server. */
  keepOnly(servers: ReadonlySet<string>): void {
    for (const server of [...this.#kept.keys()]) if (!servers.has(server)) this.#kept.delete(server)
  }

  /** Resolves when what was set so far is written. */
  async idle(): Promise<void> {
    await Promise.all(this.#writing)
  }
}
