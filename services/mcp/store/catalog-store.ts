import type { Kysely, Transaction } from 'kysely'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { CatalogWrite, ListingRecord, ToolRecord, VerdictRecord } from '../aggregator/catalog.ts'
import { pruneCatalog } from './catalog-pruning.ts'
import { toListingRecord, toToolRecord, toVerdictRecord } from './catalog-rows.ts'
import { saveListing, saveTools } from './catalog-writer.ts'
import type { StoreDatabase, ToolRow } from './database-schema.ts'
import { toPortableText } from './portable-domain.ts'
import { RevisionMismatch } from './revision-mismatch.ts'
import type { SettingsLedger, SettingsWrite } from './settings-ledger.ts'
import type { CatalogRecords } from './store.ts'

type Decision = Parameters<CatalogRecords['decide']>[1]
type ToolKey = Pick<ToolRecord, 'server' | 'name'>

interface CatalogDeps {
  readonly database: Kysely<StoreDatabase>
  readonly ledger: SettingsLedger
}

/** What is known of upstreams. Kept in memory once it is read: a load costs what changed since the one before. */
export class CatalogStore implements CatalogRecords {
  readonly #deps: CatalogDeps
  readonly #tools = new Map<string, ToolRecord>()
  readonly #listings = new Map<string, ListingRecord>()
  #verdicts: Map<string, VerdictRecord> | undefined
  /** Up to here all is in memory. */
  #revision = -1

  constructor(deps: CatalogDeps) {
    this.#deps = deps
  }

  async load(): ReturnType<CatalogRecords['load']> {
    // Asked also when nothing is to be read: a closed store serves nothing from memory.
    const newest = this.#deps.ledger.revisionOf(['tools'])
    if (this.#verdicts === undefined || this.#revision < newest) await this.#readNew()
    return {
      tools: [...this.#tools.values()],
      listings: [...this.#listings.values()],
      verdicts: [...(this.#verdicts?.values() ?? [])],
    }
  }

  async save(write: CatalogWrite): Promise<void> {
    await this.#deps.ledger.write(async (transaction, stamp): Promise<SettingsWrite<void>> => {
      const hasTools = await saveTools(transaction, write, stamp)
      const hasListing = await saveListing(transaction, write, stamp)
      if (!hasTools && !hasListing) return { result: undefined, changes: [] }
      return { result: undefined, changes: [{ kind: 'tools', name: write.server, action: 'updated' }] }
    })
  }

  async decide(key: ToolKey, change: Decision, ifRevision: number | undefined): Promise<ToolRecord> {
    return await this.#deps.ledger.write(async (transaction, stamp): Promise<SettingsWrite<ToolRecord>> => {
      const current = await readTool(transaction, key)
      if (ifRevision !== undefined && ifRevision !== current.revision) throw new RevisionMismatch(current.revision)
      const decided = withoutOldApproval({ ...current, ...decidedColumns(change) })
      if (isSame(current, decided)) return { result: toToolRecord(current), changes: [] }
      if (decided.exposed_name !== current.exposed_name) await assertFree(transaction, decided.exposed_name)
      const row = { ...decided, revision: stamp.revision }
      await transaction.replaceInto('tools').values(row).execute()
      const name = `${key.server}/${key.name}`
      return { result: toToolRecord(row), changes: [{ kind: 'tools', name, action: 'updated' }] }
    })
  }

  async saveVerdict(verdict: VerdictRecord): Promise<void> {
    const { server, configHash, prior, at } = verdict
    const row = { server, config_hash: configHash, prior, at }
    await this.#deps.database.replaceInto('upstream_verdicts').values(row).execute()
    this.#verdicts?.set(server, verdict)
  }

  async prune(goneBefore: number, servers: readonly string[]): Promise<void> {
    const forgotten = await this.#deps.ledger.write((transaction, stamp) =>
      pruneCatalog(transaction, { goneBefore, servers, at: stamp.at }),
    )
    for (const tool of forgotten.tools) this.#tools.delete(keyOf(tool))
    for (const server of forgotten.servers) {
      this.#listings.delete(server)
      this.#verdicts?.delete(server)
    }
  }

  /** Inside one transaction, so that what is put into memory is whole; what two of them read twice is the same. */
  async #readNew(): Promise<void> {
    const since = this.#revision
    await this.#deps.database.transaction().execute(async (transaction) => {
      const { revision } = await transaction.selectFrom('meta').select('revision').executeTakeFirstOrThrow()
      const tools = await transaction.selectFrom('tools').selectAll().where('revision', '>', since).execute()
      const listings = transaction.selectFrom('upstream_listings').selectAll().where('revision', '>', since)
      for (const row of await listings.execute()) this.#listings.set(row.server, toListingRecord(row))
      for (const row of tools) this.#tools.set(keyOf(row), toToolRecord(row))
      this.#verdicts ??= await readVerdicts(transaction)
      this.#revision = Math.max(this.#revision, revision)
    })
  }
}

const keyOf = ({ server, name }: ToolKey): string => `${server}/${name}`

async function readVerdicts(database: Kysely<StoreDatabase>): Promise<Map<string, VerdictRecord>> {
  const rows = await database.selectFrom('upstream_verdicts').selectAll().execute()
  return new Map(rows.map((row) => [row.server, toVerdictRecord(row)]))
}

async function readTool(transaction: Transaction<StoreDatabase>, { server, name }: ToolKey): Promise<ToolRow> {
  const row = await transaction
    .selectFrom('tools')
    .selectAll()
    .where('server', '=', server)
    .where('name', '=', name)
    .executeTakeFirst()
  if (row !== undefined) return row
  throw new HearthError('caller_not_found', `There is no tool \`${name}\` of the server \`${server}\`.`)
}

async function assertFree(transaction: Transaction<StoreDatabase>, exposedName: string): Promise<void> {
  const taken = await transaction
    .selectFrom('tools')
    .select('server')
    .where('exposed_name', '=', exposedName)
    .executeTakeFirst()
  if (taken === undefined) return
  const message = `Another tool, of the server \`${taken.server}\`, is named \`${exposedName}\` already; choose another name.`
  throw new HearthError('caller_conflict', message, { details: { param: 'exposed_name' } })
}

function decidedColumns(change: Decision): Partial<ToolRow> {
  const { enabled, pinned, exposedName, state, reason, approvedHash } = change
  return {
    ...(enabled === undefined ? {} : { enabled: Number(enabled) }),
    ...(pinned === undefined ? {} : { pinned: Number(pinned) }),
    ...(exposedName === undefined ? {} : { exposed_name: toPortableText(exposedName) }),
    ...(state === undefined ? {} : { state }),
    ...(reason === undefined ? {} : { reason: reason === null ? null : toPortableText(reason) }),
    ...(approvedHash === undefined ? {} : { approved_hash: approvedHash }),
  }
}

/** What was approved is kept only while something else is listed. */
const withoutOldApproval = (row: ToolRow): ToolRow =>
  row.approved_hash === row.hash ? { ...row, approved_definition: null } : row

const decidable = ['enabled', 'pinned', 'exposed_name', 'state', 'reason', 'approved_hash'] as const

const isSame = (left: ToolRow, right: ToolRow): boolean => decidable.every((column) => left[column] === right[column])
