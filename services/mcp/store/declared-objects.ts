import type { Transaction } from 'kysely'
import type { SettingsRow, StoreDatabase } from './database-schema.ts'
import { assertPortable } from './portable-domain.ts'
import type { SettingsChange, WriteStamp } from './settings-ledger.ts'
import type { SettingsKind } from './settings-objects-store.ts'
import type { DeclaredDocument } from './store.ts'

/** One step from the stored rows of origin `config` to the document. */
type DeclaredStep =
  | {
      readonly action: 'created' | 'updated'
      readonly name: string
      readonly spec: string
      readonly createdAt?: number
    }
  | { readonly action: 'removed'; readonly name: string }

/** @throws HearthError `caller_invalid_request` naming the field that holds text no database can keep. */
export function assertPortableDocument(document: DeclaredDocument): void {
  assertPortable(document.profiles, 'profiles')
  assertPortable(document.users, 'users')
  assertPortable(document.mcpServers, 'mcp.servers')
  assertPortable(document.homeDevices, 'devices')
}

/** What has to change so that exactly `specs` is declared; the same spec again is no change. */
function declaredSteps(rows: readonly SettingsRow[], specs: Readonly<Record<string, object>>): readonly DeclaredStep[] {
  const stored = new Map(rows.map((row) => [row.name, row]))
  const written = Object.entries(specs).flatMap(([name, value]): readonly DeclaredStep[] => {
    const row = stored.get(name)
    const spec = JSON.stringify(value)
    if (row === undefined) return [{ action: 'created', name, spec }]
    return row.spec === spec ? [] : [{ action: 'updated', name, spec, createdAt: row.created_at }]
  })
  const gone = rows.filter((row) => !Object.hasOwn(specs, row.name))
  return [...written, ...gone.map(({ name }): DeclaredStep => ({ action: 'removed', name }))]
}

export async function applyDeclared(
  transaction: Transaction<StoreDatabase>,
  target: SettingsKind & {
    readonly specs: Readonly<Record<string, object>>
    readonly stamp: WriteStamp
  },
): Promise<readonly SettingsChange[]> {
  const { kind, table, specs, stamp } = target
  const rows = await transaction.selectFrom(table).selectAll().where('origin', '=', 'config').execute()
  const steps = declaredSteps(rows, specs)
  for (const step of steps) {
    if (step.action === 'removed')
      await transaction.deleteFrom(table).where('name', '=', step.name).where('origin', '=', 'config').execute()
    else await transaction.replaceInto(table).values(toRow(step, stamp)).execute()
  }
  return steps.map(({ name, action }) => ({ kind, name, action }))
}

function toRow(step: Exclude<DeclaredStep, { action: 'removed' }>, stamp: WriteStamp): SettingsRow {
  return {
    name: step.name,
    origin: 'config',
    spec: step.spec,
    revision: stamp.revision,
    created_at: step.createdAt ?? stamp.at,
    updated_at: stamp.at,
  }
}
