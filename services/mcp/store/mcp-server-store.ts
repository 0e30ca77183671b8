import type { Kysely, Transaction } from 'kysely'
import { type McpServer, type McpServerSpec, mcpServerSpec } from '../../common/contracts/mcp-server.ts'
import type { SettingsRow, StoreDatabase, SwitchRow } from './database-schema.ts'
import { type EffectiveView, effectiveObjects, parseSpec } from './effective-objects.ts'
import { RevisionMismatch } from './revision-mismatch.ts'
import type { SettingsLedger, SettingsWrite, WriteStamp } from './settings-ledger.ts'
import { noSuch, type ObjectKind, SettingsObjectsStore } from './settings-objects-store.ts'
import type { McpServers } from './store.ts'

type Write = Transaction<StoreDatabase>

/** External MCP servers. A declared one is switched by a row beside its declaration, which stays as its file says. */
export class McpServerStore extends SettingsObjectsStore<McpServerSpec> implements McpServers {
  readonly #kind: ObjectKind<McpServerSpec>
  readonly #ledger: SettingsLedger

  constructor(kind: ObjectKind<McpServerSpec>, ledger: SettingsLedger, declaredIn: (name: string) => string) {
    super(kind, ledger, declaredIn)
    this.#kind = kind
    this.#ledger = ledger
  }

  async all(): Promise<readonly McpServer[]> {
    return await this.#kind.effective()
  }

  async toggle(name: string, enabled: boolean, ifRevision: number | undefined): Promise<McpServer> {
    return await this.#ledger.write(async (transaction, stamp): Promise<SettingsWrite<McpServer>> => {
      const [current] = (await readMcpServers(transaction, name)).objects
      if (current === undefined) throw noSuch(this.#kind.noun, name)
      if (ifRevision !== undefined && ifRevision !== current.revision) throw new RevisionMismatch(current.revision)
      if (current.enabled === enabled) return { result: current, changes: [] }
      await (current.origin === 'api' ? rewrite : layOver)(transaction, current, stamp)
      const { revision, at: updated_at } = stamp
      return {
        result: { ...current, enabled, revision, updated_at },
        changes: [{ kind: 'mcp_servers', name, action: 'updated' }],
      }
    })
  }
}

/** The servers in force, as they are switched; with `name` only that one. */
export async function readMcpServers(
  database: Kysely<StoreDatabase>,
  name?: string,
): Promise<EffectiveView<McpServerSpec>> {
  const servers = database.selectFrom('mcp_servers').selectAll()
  const rows = await (name === undefined ? servers : servers.where('name', '=', name)).execute()
  const switches = await database.selectFrom('mcp_server_switches').selectAll().execute()
  const view = effectiveObjects(rows, mcpServerSpec)
  return { ...view, objects: view.objects.map((server) => switched(server, switches)) }
}

/** The object is as new as its switch: who read it before it was switched holds an old one. */
function switched(server: McpServer, switches: readonly SwitchRow[]): McpServer {
  const over = switches.find(({ name, origin }) => name === server.name && origin === server.origin)
  if (over === undefined || !isOver(over, server)) return server
  return {
    ...server,
    enabled: over.enabled === 1,
    revision: Math.max(server.revision, over.revision),
    updated_at: Math.max(server.updated_at, over.updated_at),
  }
}

/** A switch holds until the declaration says something else. */
const isOver = ({ declared }: SwitchRow, { enabled }: McpServerSpec): boolean => (declared === 1) === enabled

/** Forgets the switches of one origin that no longer hold: a declaration that says the old thing again is a new one. */
export async function dropSwitches(transaction: Write, origin: 'config' | 'cluster'): Promise<void> {
  const rows = await transaction.selectFrom('mcp_servers').selectAll().where('origin', '=', origin).execute()
  const declared = new Map(rows.map((row) => [row.name, parseSpec(row.spec, mcpServerSpec)]))
  const switches = await transaction
    .selectFrom('mcp_server_switches')
    .selectAll()
    .where('origin', '=', origin)
    .execute()
  for (const over of switches) {
    const spec = declared.get(over.name)
    if (spec !== undefined && isOver(over, spec)) continue
    await transaction
      .deleteFrom('mcp_server_switches')
      .where('name', '=', over.name)
      .where('origin', '=', origin)
      .execute()
  }
}

async function rewrite(transaction: Write, current: McpServer, stamp: WriteStamp): Promise<void> {
  const { name, origin, revision: _, created_at, updated_at: __, ...spec } = current
  const row: SettingsRow = {
    ...{ name, origin, created_at, revision: stamp.revision, updated_at: stamp.at },
    spec: JSON.stringify({ ...spec, enabled: !current.enabled }),
  }
  await transaction.replaceInto('mcp_servers').values(row).execute()
}

async function layOver(transaction: Write, current: McpServer, stamp: WriteStamp): Promise<void> {
  const { name, origin, enabled } = current
  const under = await transaction
    .selectFrom('mcp_server_switches')
    .select('declared')
    .where('name', '=', name)
    .where('origin', '=', origin)
    .executeTakeFirst()
  const row: SwitchRow = {
    ...{ name, origin, revision: stamp.revision, updated_at: stamp.at },
    declared: under?.declared ?? Number(enabled),
    enabled: Number(!enabled),
  }
  await transaction.replaceInto('mcp_server_switches').values(row).execute()
}
