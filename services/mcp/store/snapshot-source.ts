import type { Kysely, Selectable } from 'kysely'
import { modelProfileSpec } from '../../common/contracts/model-profile.ts'
import type { Role } from '../../common/contracts/principal.ts'
import type { CredentialRecord, Settings, SettingsVersion, Snapshot } from '../../common/contracts/settings.ts'
import { userSpec } from '../../common/contracts/user.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { SettingsRow, StoreDatabase, TokenRow } from './database-schema.ts'
import { deepFreeze } from './deep-freeze.ts'
import { effectiveObjects } from './effective-objects.ts'
import { rightsOf } from './effective-rights.ts'
import { reportView } from './effective-source.ts'
import type { SettingsLedger } from './settings-ledger.ts'

interface SnapshotDeps {
  readonly database: Kysely<StoreDatabase>
  readonly ledger: SettingsLedger
  readonly log: Logger
}

/** Effective settings, read once per revision and then served frozen from memory. */
export class SnapshotSource implements Settings {
  readonly #deps: SnapshotDeps
  #cached: CachedView | undefined

  constructor(deps: SnapshotDeps) {
    this.#deps = deps
  }

  async snapshot(known: SettingsVersion | undefined, signal: AbortSignal): Promise<Snapshot | undefined> {
    if (signal.aborted) throw new HearthError('caller_cancelled', 'The request was cancelled.')
    const current = this.#deps.ledger.version()
    if (known?.epoch === current.epoch && known.revision === current.revision) return undefined
    return await this.current()
  }

  /** The snapshot of the revision the store is at. */
  async current(): Promise<Snapshot> {
    return (await this.#view()).snapshot
  }

  /** Role of every user in force. */
  async roles(): Promise<ReadonlyMap<string, Role>> {
    return (await this.#view()).roles
  }

  #view(): Promise<SettingsView> {
    const { ledger } = this.#deps
    const { revision } = ledger.version()
    const contents = ledger.revisionOf(contentKinds)
    const cached = this.#cached
    if (cached?.revision === revision) return cached.view
    // What is not in a snapshot changes often, while hundreds of upstreams come and go: only the name is new then.
    const view = cached?.contents === contents ? cached.view.then((old) => renamed(old, revision)) : this.#read()
    this.#cached = { revision, contents, view }
    view.catch(() => this.#forget(view))
    return view
  }

  #forget(failed: Promise<SettingsView>): void {
    if (this.#cached?.view === failed) this.#cached = undefined
  }

  async #read(): Promise<SettingsView> {
    const { log } = this.#deps
    const { meta, profileRows, userRows, tokenRows } = await this.#readRows()
    const profiles = reportView(log, 'profiles', effectiveObjects(profileRows, modelProfileSpec))
    const users = reportView(log, 'users', effectiveObjects(userRows, userSpec))
    const roles = new Map(users.map((user) => [user.name, user.role]))
    const credentials = tokenRows.flatMap((row) => toCredential(row, roles))
    return { snapshot: deepFreeze({ ...meta, profiles, users, credentials }), roles }
  }

  async #readRows(): Promise<SnapshotRows> {
    // One transaction, so that all of it is of the revision it names.
    return await this.#deps.database.transaction().execute(async (transaction) => ({
      meta: await transaction.selectFrom('meta').select(['epoch', 'revision']).executeTakeFirstOrThrow(),
      profileRows: await transaction.selectFrom('model_profiles').selectAll().execute(),
      userRows: await transaction.selectFrom('users').selectAll().execute(),
      tokenRows: await transaction
        .selectFrom('api_tokens')
        .selectAll()
        .where('kind', '!=', 'session')
        .where('revoked_at', 'is', null)
        .orderBy('id')
        .execute(),
    }))
  }
}

/** What a snapshot is made of. */
const contentKinds = ['profiles', 'users', 'credentials'] as const

interface CachedView {
  readonly revision: number
  /** Of the last change to what it holds. */
  readonly contents: number
  readonly view: Promise<SettingsView>
}

interface SettingsView {
  readonly snapshot: Snapshot
  readonly roles: ReadonlyMap<string, Role>
}

interface SnapshotRows {
  readonly meta: SettingsVersion
  readonly profileRows: readonly Selectable<SettingsRow>[]
  readonly userRows: readonly Selectable<SettingsRow>[]
  readonly tokenRows: readonly Selectable<TokenRow>[]
}

/** The same settings at a later revision; a read may have seen it already. */
function renamed(view: SettingsView, revision: number): SettingsView {
  if (view.snapshot.revision >= revision) return view
  return { ...view, snapshot: Object.freeze({ ...view.snapshot, revision }) }
}

function toCredential(row: TokenRow, roles: ReadonlyMap<string, Role>): readonly CredentialRecord[] {
  const rights = rightsOf(row, roles)
  if (rights === undefined) return []
  const user = row.user_name === null ? {} : { user: row.user_name }
  const end = row.expires_at === null ? {} : { expiresAt: row.expires_at }
  return [{ id: row.id, ...user, ...rights, ...end }]
}
