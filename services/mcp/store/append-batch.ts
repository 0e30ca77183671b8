import type { AppendConnection, AppendWrite } from './append-connection.ts'

/** What became of one append of a batch that is committed. */
export type AppendOutcome<Result> =
  | { readonly status: 'done'; readonly result: Result }
  /** Undone, with all its rows. */
  | { readonly status: 'failed'; readonly error: unknown }

type Perform<Work, Result> = (write: AppendWrite, work: Work) => Promise<Result>

/**
 * Appends in one transaction, in their order; one that fails is undone alone. Resolves after the commit.
 * @throws what ends all of them: a full disk, a failed commit.
 */
export async function commitBatch<Work, Result>(
  connection: AppendConnection,
  batch: readonly Work[],
  perform: Perform<Work, Result>,
): Promise<readonly AppendOutcome<Result>[]> {
  return connection.transaction(async (write) => {
    const [only] = batch
    // A transaction of one append is undone as a whole: it needs no savepoint.
    if (only !== undefined && batch.length === 1) return [done(await perform(write, only))]
    const outcomes: AppendOutcome<Result>[] = []
    for (const work of batch) outcomes.push(await performAlone(write, () => perform(write, work)))
    return outcomes
  })
}

const done = <Result>(result: Result) => ({ status: 'done', result }) as const

/** Under a savepoint. Should the database have ended the whole transaction (full disk), going back throws: all fail. */
async function performAlone<Result>(
  write: AppendWrite,
  perform: () => Promise<Result>,
): Promise<AppendOutcome<Result>> {
  await write.command('savepoint member')
  try {
    const outcome = done(await perform())
    await write.command('release member')
    return outcome
  } catch (error) {
    await backTo(write, error)
    return { status: 'failed', error }
  }
}

/** Throws the first failure, not the one that follows from it. */
async function backTo(write: AppendWrite, failure: unknown): Promise<void> {
  try {
    await write.command('rollback to member')
    await write.command('release member')
  } catch {
    throw failure
  }
}
