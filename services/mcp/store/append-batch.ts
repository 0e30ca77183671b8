import { type Kysely, sql, type Transaction } from 'kysely'
import type { StoreDatabase } from './database-schema.ts'

/** What became of one append of a batch that is committed. */
export type AppendOutcome<Result> =
  | { readonly status: 'done'; readonly result: Result }
  /** Undone, with all its rows. */
  | { readonly status: 'failed'; readonly error: unknown }

type Perform<Work, Result> = (write: Transaction<StoreDatabase>, work: Work) => Promise<Result>

/**
 * Appends in one transaction, in their order; one that fails is undone alone. Resolves after the commit.
 * @throws what ends all of them: a full disk, a failed commit.
 */
export async function commitBatch<Work, Result>(
  database: Kysely<StoreDatabase>,
  batch: readonly Work[],
  perform: Perform<Work, Result>,
): Promise<readonly AppendOutcome<Result>[]> {
  return database.transaction().execute(async (transaction) => {
    const [only] = batch
    // A transaction of one append is undone as a whole: it needs no savepoint.
    if (only !== undefined && batch.length === 1) return [done(await perform(transaction, only))]
    const outcomes: AppendOutcome<Result>[] = []
    for (const work of batch) outcomes.push(await performAlone(transaction, () => perform(transaction, work)))
    return outcomes
  })
}

const done = <Result>(result: Result) => ({ status: 'done', result }) as const

/** Under a savepoint. Should the database have ended the whole transaction (full disk), going back throws: all fail. */
async function performAlone<Result>(
  transaction: Transaction<StoreDatabase>,
  perform: () => Promise<Result>,
): Promise<AppendOutcome<Result>> {
  await sql`savepoint member`.execute(transaction)
  try {
    const outcome = done(await perform())
    await sql`release member`.execute(transaction)
    return outcome
  } catch (error) {
    await backTo(transaction, error)
    return { status: 'failed', error }
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
