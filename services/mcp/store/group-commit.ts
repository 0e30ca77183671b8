import { setImmediate as nextTurn } from 'node:timers/promises'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { AppendOutcome } from './append-batch.ts'

interface Member<Work, Result> {
  readonly work: Work
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

interface Settled<Work, Result> {
  readonly member: Member<Work, Result>
  readonly outcome: AppendOutcome<Result> | undefined
}

/** Commits a batch and says what became of each; what it throws became of all. */
type Commit<Work, Result> = (batch: readonly Work[]) => Promise<readonly AppendOutcome<Result>[]>

const MAX_MEMBERS = 64
const MAX_WAITING = 2048
/** What follows an append is most of the work of a run's begin or end: with more in a turn, streams would stand still. */
const SETTLED_PER_TURN = 8

/**
 * When an idle store takes up an append: `at_once`, as the caller does something slow meanwhile, such as asking a model;
 * `after_turn`, as what goes on in this turn of the event loop, such as telling readers, comes before the disk.
 */
type Begin = 'at_once' | 'after_turn'

/**
 * Appends that share a commit, so that many runs cost one fsync. A batch is what came while the batch before was being
 * committed, at most 64; on an idle store it is the first append, or what came in its turn of the event loop. Order is kept,
 * and a member that fails is undone alone. Members are told a few in each turn, while the next batch is on its way.
 */
export class GroupCommit<Work, Result> {
  readonly #commitBatch: Commit<Work, Result>
  #waiting: Member<Work, Result>[] = []
  /** What became of members that were not told yet, in order. */
  #settled: Settled<Work, Result>[] = []
  #running: Promise<void> | undefined

  constructor(commit: Commit<Work, Result>) {
    this.#commitBatch = commit
  }

  /** Resolves once the work is durable. @throws HearthError `store_unavailable` when too many wait. */
  append(work: Work, begin: Begin): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    if (this.#waiting.length + this.#settled.length >= MAX_WAITING) {
      reject(new HearthError('store_unavailable', 'The database has too much to do; try again in a moment.'))
      return promise
    }
    this.#waiting.push({ work, resolve, reject })
    this.#running ??= this.#drain(begin)
    return promise
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined || this.#settled.length > 0) {
      await this.#running
      await nextTurn()
    }
  }

  async #drain(begin: Begin): Promise<void> {
    if (begin === 'after_turn') await nextTurn()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, MAX_MEMBERS)
      this.#waiting = this.#waiting.slice(MAX_MEMBERS)
      await this.#commit(batch)
    }
    this.#running = undefined
  }

  async #commit(batch: readonly Member<Work, Result>[]): Promise<void> {
    const outcomes = await this.#outcomesOf(batch)
    const isTelling = this.#settled.length > 0
    this.#settled.push(...batch.map((member, index) => ({ member, outcome: outcomes[index] })))
    if (!isTelling) this.#tell()
  }

  async #outcomesOf(batch: readonly Member<Work, Result>[]): Promise<readonly AppendOutcome<Result>[]> {
    try {
      return await this.#commitBatch(batch.map(({ work }) => work))
    } catch (error) {
      return batch.map(() => ({ status: 'failed', error }))
    }
  }

  readonly #tell = (): void => {
    for (const one of this.#settled.splice(0, SETTLED_PER_TURN)) tell(one)
    if (this.#settled.length > 0) setImmediate(this.#tell)
  }
}

function tell<Work, Result>({ member, outcome }: Settled<Work, Result>): void {
  if (outcome?.status === 'done') member.resolve(outcome.result)
  else member.reject(outcome?.error ?? new Error('an append without an outcome'))
}
