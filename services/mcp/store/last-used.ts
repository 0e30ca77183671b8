import type { Kysely } from 'kysely'
import { toHearthError } from '../../common/errors/hearth-error.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { StoreDatabase } from './database-schema.ts'

interface LastUsedDeps {
  readonly database: Kysely<StoreDatabase>
  readonly clock: () => number
  readonly log: Logger
}

const AT_MOST_EVERY_MS = 60_000
const GATHER_MS = 1000
/** Credentials noted and not yet written; more are left for their next use. */
const MAX_NOTED = 10_000

/** When each credential was last used: noted in memory on the hot path, written together a moment later. */
export class LastUsed {
  readonly #deps: LastUsedDeps
  readonly #noted = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(deps: LastUsedDeps) {
    this.#deps = deps
  }

  /** @param stored what the database says, so that one credential costs at most one write a minute. */
  note(credentialId: string, stored: number | null): void {
    const now = this.#deps.clock()
    if (stored !== null && now - stored < AT_MOST_EVERY_MS) return
    if (this.#noted.size >= MAX_NOTED) return
    this.#noted.set(credentialId, now)
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref()
  }

  /** Writes what is noted; a failure is logged, the times are lost. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const noted = [...this.#noted]
    this.#noted.clear()
    if (noted.length === 0) return
    try {
      await this.#deps.database.transaction().execute(async (transaction) => {
        for (const [id, at] of noted)
          await transaction.updateTable('api_tokens').set({ last_used_at: at }).where('id', '=', id).execute()
      })
    } catch (error) {
      this.#deps.log.warn({ code: toHearthError(error).code }, 'the last use of tokens could not be stored')
    }
  }
}
