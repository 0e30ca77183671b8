import type { Transaction } from 'kysely'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { CatalogWrite } from '../aggregator/catalog.ts'
import { toListingText, toToolRow } from './catalog-rows.ts'
import type { StoreDatabase, ToolRow } from './database-schema.ts'
import type { WriteStamp } from './settings-ledger.ts'

type Write = Transaction<StoreDatabase>

/** What a look at an upstream may change; the switches of a tool that is there belong to the admin. */
const listedColumns = [
  'exposed_name',
  'definition',
  'hash',
  'approved_hash',
  'approved_definition',
  'state',
  'reason',
  'first_seen_at',
  'gone_at',
] as const

/** Rows of one statement: 14 values each, of which SQLite takes 32,766. */
const MAX_ROWS = 100

/** Whether anything is new. @throws HearthError `caller_conflict` when an exposed name is another tool's. */
export async function saveTools(
  transaction: Write,
  { server, tools }: CatalogWrite,
  stamp: WriteStamp,
): Promise<boolean> {
  const stored = await transaction.selectFrom('tools').selectAll().where('server', '=', server).execute()
  const storedOf = new Map(stored.map((row) => [row.name, row]))
  const rows = tools
    .map((tool) => toToolRow(tool, server, stamp.revision))
    .filter((row) => !isListedSame(storedOf.get(row.name), row))
  if (rows.length === 0) return false
  const renamed = rows.filter((row) => (storedOf.get(row.name)?.exposed_name ?? row.exposed_name) !== row.exposed_name)
  for (const row of renamed) await freeName(transaction, row)
  for (let first = 0; first < rows.length; first += MAX_ROWS)
    await writeRows(transaction, rows.slice(first, first + MAX_ROWS))
  return true
}

/** Whether it is another one; when it is not, only the time of the look is noted. */
export async function saveListing(transaction: Write, write: CatalogWrite, stamp: WriteStamp): Promise<boolean> {
  if (write.listing === undefined) return false
  const { server } = write
  const listing = toListingText(write.listing)
  const stored = await transaction
    .selectFrom('upstream_listings')
    .select(['listing', 'revision'])
    .where('server', '=', server)
    .executeTakeFirst()
  const isNew = stored?.listing !== listing
  const revision = isNew ? stamp.revision : stored.revision
  await transaction
    .replaceInto('upstream_listings')
    .values({ server, listing, listed_at: stamp.at, revision })
    .execute()
  return isNew
}

function isListedSame(stored: ToolRow | undefined, row: ToolRow): boolean {
  return stored !== undefined && listedColumns.every((column) => stored[column] === row[column])
}

/** Two tools may swap their names in one write: for a moment each has one that no client can have. */
async function freeName(transaction: Write, { server, name }: ToolRow): Promise<void> {
  await transaction
    .updateTable('tools')
    .set({ exposed_name: `/${server}/${name}` })
    .where('server', '=', server)
    .where('name', '=', name)
    .execute()
}

async function writeRows(transaction: Write, rows: readonly ToolRow[]): Promise<void> {
  const names = [...new Set(rows.map((row) => row.exposed_name))]
  if (names.length < rows.length) throw taken('Two tools of one server cannot have the same name.')
  const holders = await transaction
    .selectFrom('tools')
    .select(['server', 'name', 'exposed_name'])
    .where('exposed_name', 'in', names)
    .execute()
  const ownerOf = new Map(rows.map((row) => [row.exposed_name, row]))
  for (const { server, name, exposed_name } of holders) {
    const owner = ownerOf.get(exposed_name)
    if (owner?.server === server && owner.name === name) continue
    throw taken(`The name \`${exposed_name}\` is that of a tool of \`${server}\` already; choose another one.`)
  }
  await transaction
    .insertInto('tools')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['server', 'name']).doUpdateSet((is) => ({
        exposed_name: is.ref('excluded.exposed_name'),
        definition: is.ref('excluded.definition'),
        hash: is.ref('excluded.hash'),
        approved_hash: is.ref('excluded.approved_hash'),
        approved_definition: is.ref('excluded.approved_definition'),
        state: is.ref('excluded.state'),
        reason: is.ref('excluded.reason'),
        first_seen_at: is.ref('excluded.first_seen_at'),
        gone_at: is.ref('excluded.gone_at'),
        revision: is.ref('excluded.revision'),
      })),
    )
    .execute()
}

const taken = (message: string): HearthError => new HearthError('caller_conflict', message)
