import type { Kysely } from 'kysely'
import { type DeviceSpec, deviceSpec } from '../../common/contracts/device.ts'
import type { McpServerSpec } from '../../common/contracts/mcp-server.ts'
import type { ModelProfileSpec } from '../../common/contracts/model-profile.ts'
import type { UserSpec } from '../../common/contracts/user.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { StoreDatabase } from './database-schema.ts'
import { effectiveObjects } from './effective-objects.ts'
import { EffectiveSource } from './effective-source.ts'
import { readMcpServers } from './mcp-server-store.ts'
import { dropSignIns } from './sealed-secret-store.ts'
import type { SettingsLedger } from './settings-ledger.ts'
import type { ObjectKind } from './settings-objects-store.ts'
import type { SnapshotSource } from './snapshot-source.ts'
import { revokeOrphans } from './token-store.ts'

/** What each kind of settings objects is: its table, where those in force come from, what ends with one. */

export function profileKind(settings: SnapshotSource): ObjectKind<ModelProfileSpec> {
  return {
    kind: 'profiles',
    table: 'model_profiles',
    noun: 'profile',
    effective: async () => (await settings.current()).profiles,
    onRemoved: async () => [],
  }
}

export function userKind(settings: SnapshotSource): ObjectKind<UserSpec> {
  return {
    kind: 'users',
    table: 'users',
    noun: 'user',
    effective: async () => (await settings.current()).users,
    onRemoved: revokeOrphans,
  }
}

interface KindDeps {
  readonly database: Kysely<StoreDatabase>
  readonly ledger: SettingsLedger
  readonly log: Logger
}

export function mcpServerKind(deps: KindDeps): ObjectKind<McpServerSpec> {
  const read = () => readMcpServers(deps.database)
  const source = new EffectiveSource<McpServerSpec>({ ...deps, kind: 'mcp_servers', read })
  return {
    kind: 'mcp_servers',
    table: 'mcp_servers',
    noun: 'MCP server',
    effective: () => source.objects(),
    onRemoved: async (transaction) => {
      await dropSignIns(transaction)
      return []
    },
  }
}

export function homeDeviceKind(deps: KindDeps): ObjectKind<DeviceSpec> {
  const read = async () => effectiveObjects(await deps.database.selectFrom('devices').selectAll().execute(), deviceSpec)
  const source = new EffectiveSource<DeviceSpec>({ ...deps, kind: 'devices', read })
  return {
    kind: 'devices',
    table: 'devices',
    noun: 'device',
    effective: () => source.objects(),
    onRemoved: async () => [],
  }
}
