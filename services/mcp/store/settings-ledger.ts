import { type Expression, expressionBuilder, type Kysely, type SqlBool, type Transaction } from 'kysely'
import type { ChangeBus, SettingKind, SettingsVersion } from '../../common/contracts/settings.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { ChangeRow, MetaRow, StoreDatabase } from './database-schema.ts'
import { changeCursor, decodeCursor, toPage } from './keyset-cursor.ts'
import type { Change, PageRequest } from './store.ts'
import type { Page } from './views.ts'

/** What one settings write did to one object. */
export type SettingsChange = Pick<ChangeRow, 'kind' | 'name' | 'action'>

export interface SettingsWrite<Result> {
  readonly result: Result
  /** Empty: nothing changed, so no new revision. */
  readonly changes: readonly SettingsChange[]
}

/** The revision and time that rows of this write carry. */
export interface WriteStamp {
  readonly revision: number
  readonly at: number
}

interface LedgerDeps {
  readonly database: Kysely<StoreDatabase>
  readonly bus: ChangeBus
  readonly clock: () => number
  readonly createEpoch: () => string
}

type State =
  | { readonly status: 'idle' }
  | { readonly status: 'open'; readonly version: SettingsVersion }
  | { readonly status: 'closed'; readonly cause: HearthError }

/** Change rows kept; older ones are of no use to a consumer, which reads whole snapshots. */
const KEPT_REVISIONS = 10_000

/** The revision of all settings: every write goes through here, bumps it once, leaves change rows and rings the bell. */
export class SettingsLedger {
  readonly #deps: LedgerDeps
  readonly #changed = new Map<SettingKind, number>()
  #state: State = { status: 'idle' }

  constructor(deps: LedgerDeps) {
    this.#deps = deps
  }

  /** Reads where the store stands; a new store gets a new epoch. */
  async start(): Promise<void> {
    const { database, createEpoch } = this.#deps
    await database
      .insertInto('meta')
      .values({ id: 1, epoch: createEpoch(), revision: 0, declared_version: null })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
    const { epoch, revision } = await readMeta(database)
    this.#state = { status: 'open', version: { epoch, revision } }
  }

  /**
   * What is kept in memory is good for one version: whoever asks for it before use serves nothing of a closed store.
   * @throws HearthError `store_unavailable` before the start, the cause after `close`.
   */
  version(): SettingsVersion {
    switch (this.#state.status) {
      case 'idle':
        throw new HearthError('store_unavailable', 'The store is not open yet.')
      case 'closed':
        throw this.#state.cause
      case 'open':
        return this.#state.version
    }
  }

  /**
   * The last revision that changed one of these kinds; 0: none did since the start. As `version`, and throws like it:
   * what was read of these kinds is good until this changes.
   */
  revisionOf(kinds: readonly SettingKind[]): number {
    this.version()
    return Math.max(0, ...kinds.map((kind) => this.#changed.get(kind) ?? 0))
  }

  /** From here on there is no version: the database is gone, or goes. The first cause counts. */
  close(cause: HearthError): void {
    if (this.#state.status !== 'closed') this.#state = { status: 'closed', cause }
  }

  /** `work` runs in the one transaction that also bumps the revision; what it throws undoes all of it. */
  async write<Result>(
    work: (transaction: Transaction<StoreDatabase>, stamp: WriteStamp) => Promise<SettingsWrite<Result>>,
    declaredVersion?: string,
  ): Promise<Result> {
    const { result, changes, version } = await this.#deps.database.transaction().execute(async (transaction) => {
      const meta = await readMeta(transaction)
      const stamp = { revision: meta.revision + 1, at: this.#deps.clock() }
      const done = await work(transaction, stamp)
      const declared_version = declaredVersion ?? meta.declared_version
      const revision = done.changes.length > 0 ? stamp.revision : meta.revision
      if (revision !== meta.revision || declared_version !== meta.declared_version)
        await transaction.updateTable('meta').set({ revision, declared_version }).execute()
      await insertChanges(transaction, done.changes, { revision, at: stamp.at, declared_version })
      return { ...done, version: { epoch: meta.epoch, revision } }
    })
    if (changes.length > 0) this.#announce(version, changes)
    return result
  }

  async changes(page: PageRequest): Promise<Page<Change>> {
    const after = decodeCursor(changeCursor, page)
    const query = this.#deps.database
      .selectFrom('changes')
      .selectAll()
      .orderBy('revision', 'desc')
      .orderBy('kind')
      .orderBy('name')
      .limit(page.limit + 1)
    const rows = await (after === undefined ? query : query.where(isOlder(...after))).execute()
    return toPage(rows, page.limit, { item: (row) => row, key: (row) => [row.revision, row.kind, row.name] })
  }

  /** Drops change rows that are far behind. */
  async prune(): Promise<void> {
    const oldest = this.version().revision - KEPT_REVISIONS
    if (oldest > 0) await this.#deps.database.deleteFrom('changes').where('revision', '<', oldest).execute()
  }

  #announce(version: SettingsVersion, changes: readonly SettingsChange[]): void {
    // A write that ends while the store closes opens nothing again.
    if (this.#state.status === 'open') this.#state = { status: 'open', version }
    const kinds = kindsOf(changes)
    for (const kind of kinds) this.#changed.set(kind, version.revision)
    this.#deps.bus.publish('settings', { ...version, kinds })
  }
}

/** A change of users changes what their credentials may do. */
function kindsOf(changes: readonly SettingsChange[]): readonly SettingKind[] {
  const kinds = new Set(changes.map((change) => change.kind))
  if (kinds.has('users')) kinds.add('credentials')
  return [...kinds]
}

async function readMeta(database: Kysely<StoreDatabase>): Promise<MetaRow> {
  return await database.selectFrom('meta').selectAll().executeTakeFirstOrThrow()
}

async function insertChanges(
  transaction: Transaction<StoreDatabase>,
  changes: readonly SettingsChange[],
  stamp: Pick<ChangeRow, 'revision' | 'at' | 'declared_version'>,
): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map(({ kind, name, action }) => ({ kind, name, action, ...stamp }))
  await transaction.insertInto('changes').values(rows).execute()
}

/** Behind that change in the order newest revision, then kind, then name. */
function isOlder(revision: number, kind: string, name: string): Expression<SqlBool> {
  const is = expressionBuilder<Record<'changes', { revision: number; kind: string; name: string }>, 'changes'>()
  const sameKind = is.and([is('kind', '=', kind), is('name', '>', name)])
  return is.or([
    is('revision', '<', revision),
    is.and([is('revision', '=', revision), is.or([is('kind', '>', kind), sameKind])]),
  ])
}
