import type { Kysely, Transaction } from 'kysely'
import type { Role } from '../../common/contracts/principal.ts'
import { userSpec } from '../../common/contracts/user.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { StoreDatabase, TokenRow } from './database-schema.ts'
import { assertWithin, createSecret, hashSecret, rightsOf } from './effective-rights.ts'
import { decodeCursor, timeCursor, toPage } from './keyset-cursor.ts'
import { assertPortable } from './portable-domain.ts'
import type { SettingsChange, SettingsLedger, WriteStamp } from './settings-ledger.ts'
import type { NewToken, PageRequest, Tokens, TokenView } from './store.ts'
import type { Page } from './views.ts'

interface TokenDeps {
  readonly database: Kysely<StoreDatabase>
  readonly ledger: SettingsLedger
  readonly roles: () => Promise<ReadonlyMap<string, Role>>
  readonly createId: () => string
}

const ADMIN = 'admin'
const GUEST: Role = 'guest'

/** Durable credentials: API tokens and paired devices. */
export class TokenStore implements Tokens {
  readonly #deps: TokenDeps

  constructor(deps: TokenDeps) {
    this.#deps = deps
  }

  async list(page: PageRequest): Promise<Page<TokenView>> {
    const after = decodeCursor(timeCursor, page)
    const query = this.#deps.database
      .selectFrom('api_tokens')
      .selectAll()
      .where('kind', '!=', 'session')
      .where('revoked_at', 'is', null)
      .orderBy('created_at')
      .orderBy('id')
      .limit(page.limit + 1)
    const rows = await (after === undefined
      ? query
      : query.where((is) => is(is.refTuple('created_at', 'id'), '>', is.tuple(...after)))
    ).execute()
    const roles = await this.#deps.roles()
    return toPage(rows, page.limit, { item: (row) => toView(row, roles), key: (row) => [row.created_at, row.id] })
  }

  async create(token: NewToken): Promise<{ readonly token: TokenView; readonly secret: string }> {
    assertPortable(token.name, 'name')
    const roles = await this.#deps.roles()
    const userRole = token.user === undefined ? undefined : roleOf(token.user, roles)
    assertWithin(token, userRole)
    const secret = createSecret('api')
    const row = await this.#deps.ledger.write(async (transaction, stamp) => {
      if (token.expiresAt !== undefined && token.expiresAt <= stamp.at) throw expiredAlready()
      const made = newRow({ ...token, id: `tok_${this.#deps.createId()}`, kind: 'api', secret, at: stamp.at })
      await transaction.insertInto('api_tokens').values(made).execute()
      return { result: made, changes: [credentialChange(made.id, 'created')] }
    })
    return { token: toView(row, roles), secret }
  }

  async revoke(id: string): Promise<void> {
    await this.#revoke(id, () => {})
  }

  async signOut(id: string): Promise<void> {
    await this.#revoke(id, (row) => {
      if (row.is_bootstrap === 1) throw isInstallations()
    })
  }

  async #revoke(id: string, assertMay: (row: TokenRow) => void): Promise<void> {
    await this.#deps.ledger.write(async (transaction, stamp) => {
      const row = await transaction
        .selectFrom('api_tokens')
        .selectAll()
        .where('id', '=', id)
        .where('kind', '!=', 'session')
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      if (row === undefined) throw new HearthError('caller_not_found', `There is no token \`${id}\`.`)
      assertMay(row)
      return { result: undefined, changes: await revokeAll(transaction, [id], stamp) }
    })
  }

  async ensureAdmin(secret: string): Promise<void> {
    await this.#deps.ledger.write(async (transaction, stamp) => {
      const userChanges = await ensureAdminUser(transaction, stamp)
      const tokenChanges = await this.#ensureAdminToken(transaction, secret, stamp)
      return { result: undefined, changes: [...userChanges, ...tokenChanges] }
    })
  }

  async #ensureAdminToken(
    transaction: Transaction<StoreDatabase>,
    secret: string,
    stamp: WriteStamp,
  ): Promise<readonly SettingsChange[]> {
    const bootstrap = transaction.selectFrom('api_tokens').select(['id', 'secret_hash']).where('is_bootstrap', '=', 1)
    const live = await bootstrap.where('revoked_at', 'is', null).execute()
    const others = live.filter((row) => row.secret_hash !== hashSecret(secret))
    const revoked = await revokeAll(
      transaction,
      others.map((row) => row.id),
      stamp,
    )
    if (others.length < live.length) return revoked
    // A secret that was a token before (revoked, or made by hand) becomes this one.
    const former = await transaction
      .deleteFrom('api_tokens')
      .where('secret_hash', '=', hashSecret(secret))
      .returning('id')
      .execute()
    const id = `tok_${this.#deps.createId()}`
    const made = newRow({
      id,
      kind: 'api',
      name: 'admin token of this installation',
      user: ADMIN,
      secret,
      at: stamp.at,
    })
    await transaction
      .insertInto('api_tokens')
      .values({ ...made, is_bootstrap: 1 })
      .execute()
    return [...revoked, ...former.map((row) => credentialChange(row.id, 'removed')), credentialChange(id, 'created')]
  }
}

/** @throws HearthError `caller_not_found`. */
export function roleOf(user: string, roles: ReadonlyMap<string, Role>): Role {
  const role = roles.get(user)
  if (role === undefined) throw new HearthError('caller_not_found', `There is no user \`${user}\`.`)
  return role
}

export function credentialChange(id: string, action: SettingsChange['action']): SettingsChange {
  return { kind: 'credentials', name: id, action }
}

/** Revokes credentials, and with them their sessions: a session is worth what its credential is worth. */
async function revokeAll(
  transaction: Transaction<StoreDatabase>,
  ids: readonly string[],
  stamp: WriteStamp,
): Promise<readonly SettingsChange[]> {
  if (ids.length === 0) return []
  await transaction.updateTable('api_tokens').set({ revoked_at: stamp.at }).where('id', 'in', ids).execute()
  return ids.map((id) => credentialChange(id, 'removed'))
}

/**
 * When nobody of that name is left, its credentials go for good: a new user of the same name must not inherit them.
 * A user who only left the declared file keeps them, without effect until declared again.
 */
export async function revokeOrphans(
  transaction: Transaction<StoreDatabase>,
  user: string,
  stamp: WriteStamp,
): Promise<readonly SettingsChange[]> {
  const rows = await transaction
    .selectFrom('api_tokens')
    .select('id')
    .where('user_name', '=', user)
    .where('kind', '!=', 'session')
    .where('revoked_at', 'is', null)
    .execute()
  await transaction.deleteFrom('pairings').where('user_name', '=', user).execute()
  return await revokeAll(
    transaction,
    rows.map((row) => row.id),
    stamp,
  )
}

export function newRow(
  token: NewToken & {
    readonly id: string
    readonly kind: TokenRow['kind']
    readonly secret: string
    readonly at: number
    readonly parentId?: string
  },
): TokenRow {
  return {
    id: token.id,
    kind: token.kind,
    secret_hash: hashSecret(token.secret),
    name: token.name,
    parent_id: token.parentId ?? null,
    user_name: token.user ?? null,
    role: token.role ?? null,
    scopes: token.scopes === undefined ? null : JSON.stringify(token.scopes),
    is_bootstrap: 0,
    created_at: token.at,
    expires_at: token.expiresAt ?? null,
    last_used_at: null,
    revoked_at: null,
  }
}

const isInstallations = (): HearthError =>
  new HearthError(
    'caller_conflict',
    'This is the admin token of the installation, which every start makes again; to end it, change HEARTH_ADMIN_TOKEN or delete `admin-token` in the data folder, and restart.',
  )

const expiredAlready = (): HearthError =>
  new HearthError('caller_invalid_request', 'expires_at lies in the past; give epoch milliseconds to come.', {
    details: { param: 'expires_at' },
  })

/** A user `admin` who lost the role through the API has it again: who can read the token file owns the house. */
async function ensureAdminUser(
  transaction: Transaction<StoreDatabase>,
  stamp: WriteStamp,
): Promise<readonly SettingsChange[]> {
  const rows = await transaction.selectFrom('users').selectAll().where('name', '=', ADMIN).execute()
  const existing = rows.find(({ origin }) => origin === 'api')
  if (existing === undefined && rows.length > 0) return []
  const former = existing === undefined ? {} : userSpec.parse(JSON.parse(existing.spec))
  if ('role' in former && former.role === 'admin') return []
  const spec = JSON.stringify(userSpec.parse({ ...former, role: 'admin' }))
  const { revision, at } = stamp
  await transaction
    .replaceInto('users')
    .values({ name: ADMIN, origin: 'api', spec, revision, created_at: existing?.created_at ?? at, updated_at: at })
    .execute()
  return [{ kind: 'users', name: ADMIN, action: existing === undefined ? 'created' : 'updated' }]
}

function toView(row: TokenRow, roles: ReadonlyMap<string, Role>): TokenView {
  const rights = rightsOf(row, roles) ?? { role: row.role ?? GUEST, scopes: [] }
  return {
    id: row.id,
    name: row.name,
    user: row.user_name,
    ...rights,
    created_at: row.created_at,
    expires_at: row.expires_at,
    last_used_at: row.last_used_at,
  }
}
