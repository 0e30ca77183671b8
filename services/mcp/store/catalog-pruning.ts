import type { Transaction } from 'kysely'
import type { StoreDatabase, ToolRow } from './database-schema.ts'
import type { SettingsChange, SettingsWrite } from './settings-ledger.ts'

type Write = Transaction<StoreDatabase>
type ToolKey = Pick<ToolRow, 'server' | 'name'>

/** What is not kept any more. */
export interface Forgotten {
  readonly tools: readonly ToolKey[]
  readonly servers: readonly string[]
}

interface Pruning {
  readonly goneBefore: number
  /** Those there are. */
  readonly servers: readonly string[]
  /** Now. */
  readonly at: number
}

/** Forgets tools and servers that are gone since before that time; notes since when a server is. */
export async function pruneCatalog(transaction: Write, pruning: Pruning): Promise<SettingsWrite<Forgotten>> {
  const servers = await absentSince(transaction, pruning)
  const gone = await transaction
    .selectFrom('tools')
    .select(['server', 'name'])
    .where('gone_at', '<', pruning.goneBefore)
    .execute()
  const ofServers = await toolsOf(transaction, servers)
  const tools = [
    ...gone,
    ...ofServers.filter(({ server, name }) => !gone.some((one) => one.server === server && one.name === name)),
  ]
  await transaction.deleteFrom('tools').where('gone_at', '<', pruning.goneBefore).execute()
  for (const server of servers) await forgetServer(transaction, server)
  const changes = tools.map(
    ({ server, name }): SettingsChange => ({ kind: 'tools', name: `${server}/${name}`, action: 'removed' }),
  )
  return { result: { tools, servers }, changes }
}

/** The servers to forget. */
async function absentSince(transaction: Write, { goneBefore, servers, at }: Pruning): Promise<readonly string[]> {
  const present = new Set(servers)
  const noted = await transaction.selectFrom('upstream_absences').selectAll().execute()
  const isNoted = new Set(noted.map(({ server }) => server))
  const absent = (await knownServers(transaction)).filter((server) => !present.has(server))
  for (const server of absent.filter((one) => !isNoted.has(one)))
    await transaction.insertInto('upstream_absences').values({ server, since: at }).execute()
  for (const { server } of noted.filter((one) => present.has(one.server)))
    await transaction.deleteFrom('upstream_absences').where('server', '=', server).execute()
  return noted.filter(({ server, since }) => !present.has(server) && since < goneBefore).map(({ server }) => server)
}

async function knownServers(transaction: Write): Promise<readonly string[]> {
  const rows = await transaction
    .selectFrom('tools')
    .select('server')
    .union(transaction.selectFrom('upstream_listings').select('server'))
    .union(transaction.selectFrom('upstream_verdicts').select('server'))
    .execute()
  return rows.map(({ server }) => server)
}

async function toolsOf(transaction: Write, servers: readonly string[]): Promise<readonly ToolKey[]> {
  if (servers.length === 0) return []
  return await transaction.selectFrom('tools').select(['server', 'name']).where('server', 'in', servers).execute()
}

async function forgetServer(transaction: Write, server: string): Promise<void> {
  for (const table of ['tools', 'upstream_listings', 'upstream_verdicts', 'upstream_absences'] as const)
    await transaction.deleteFrom(table).where('server', '=', server).execute()
}
