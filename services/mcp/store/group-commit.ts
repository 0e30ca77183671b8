import { type Kysely, sql, type Transaction } from 'kysely'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { StoreDatabase } from './database-schema.ts'

type Work<Result> = (transaction: Transaction<StoreDatabase>) => Promise<Result>

/** One append: `run` does its rows, then exactly one of the others is called. */
interface Member {
  readonly run: (transaction: Transaction<StoreDatabase>) => Promise<Outcome>
  readonly reject: (error: unknown) => void
}

/** `settle` is called only after the commit. */
interface Outcome {
  readonly settle: () => void
}

const MAX_MEMBERS = 64
const MAX_WAITING = 2048

/**
 * Appends that share a commit, so that many runs cost one fsync. A batch is what came while the batch before was being
 * committed, at most 64; on an idle store it starts at once. Order is kept, and a member that fails is undone alone.
 */
export class GroupCommit {
  readonly #database: Kysely<StoreDatabase>
  #waiting: Member[] = []
  #running: Promise<void> | undefined

  constructor(database: Kysely<StoreDatabase>) {
    this.#database = database
  }

  /** Resolves once the work is durable. @throws HearthError `store_unavailable` when too many wait. */
  append<Result>(work: Work<Result>): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    if (this.#waiting.length >= MAX_WAITING) {
      reject(new HearthError('store_unavailable', 'The database has too much to do; try again in a moment.'))
      return promise
    }
    const run = async (transaction: Transaction<StoreDatabase>): Promise<Outcome> => {
      const result = await work(transaction)
      return { settle: () => resolve(result) }
    }
    this.#waiting.push({ run, reject })
    this.#running ??= this.#drain()
    return promise
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #drain(): Promise<void> {
    // What is appended in the same turn belongs to the first batch.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, MAX_MEMBERS)
      this.#waiting = this.#waiting.slice(MAX_MEMBERS)
      await this.#commit(batch)
    }
    this.#running = undefined
  }

  async #commit(batch: readonly Member[]): Promise<void> {
    try {
      const outcomes = await this.#database.transaction().execute(async (transaction) => {
        const done: Outcome[] = []
        for (const member of batch) done.push(await runAlone(transaction, member))
        return done
      })
      for (const outcome of outcomes) outcome.settle()
    } catch (error) {
      for (const member of batch) member.reject(error)
    }
  }
}

/** Under a savepoint. Should the database have ended the whole transaction (full disk), going back throws: all fail. */
async function runAlone(transaction: Transaction<StoreDatabase>, member: Member): Promise<Outcome> {
  await sql`savepoint member`.execute(transaction)
  try {
    const outcome = await member.run(transaction)
    await sql`release member`.execute(transaction)
    return outcome
  } catch (error) {
    await backTo(transaction, error)
    return { settle: () => member.reject(error) }
  }
}

/** Throws the first failure, not the one that follows from it. */
async function backTo(transaction: Transaction<StoreDatabase>, failure: unknown): Promise<void> {
  try {
    await sql`rollback to member`.execute(transaction)
    await sql`release member`.execute(transaction)
  } catch {
    throw failure
  }
}
