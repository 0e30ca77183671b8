import { type DeviceSpec, deviceSpec } from '../../../common/contracts/device.ts'
import { type McpServerSpec, mcpServerSpec } from '../../../common/contracts/mcp-server.ts'
import { type ModelProfileSpec, modelProfileSpec } from '../../../common/contracts/model-profile.ts'
import type { Principal } from '../../../common/contracts/principal.ts'
import { type UserSpec, userSpec } from '../../../common/contracts/user.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { objectMetaShape } from '../../../common/rest/wire-schema.ts'
import { hasScope } from '../../api/access.ts'
import { profileKind } from '../../api/routes/profiles.ts'
import { userKind } from '../../api/routes/users.ts'
import { pageOf, returnedMetaFields } from '../../api/schemas/answer-schema.ts'
import type { SettingsKind } from '../../api/settings-routes.ts'
import type { Store } from '../../store/store.ts'
import { type SettingAccess, settingAccess } from './setting-access.ts'

/** What the tools call the kinds. */
export const settingNames = ['profiles', 'users', 'devices', 'mcp_servers'] as const
export type SettingName = (typeof settingNames)[number]

export type SettingKinds = Readonly<Record<SettingName, SettingAccess>>

interface KindDeps {
  readonly store: Store
  /** `mcp.allow_api_commands`, as it is now. */
  readonly allowApiCommands: () => boolean
}

export function settingKinds({ store, allowApiCommands }: KindDeps): SettingKinds {
  return {
    profiles: settingAccess<ModelProfileSpec>(
      { rest: profileKind, word: 'profile', spec: modelProfileSpec, about: ({ description }) => description },
      store,
    ),
    users: settingAccess<UserSpec>(
      { rest: userKind, word: 'user', spec: userSpec, about: ({ display_name, role }) => `${display_name} (${role})` },
      store,
    ),
    devices: settingAccess<DeviceSpec>(
      {
        rest: deviceKind,
        word: 'device',
        spec: deviceSpec,
        about: ({ area, aliases }) => [area ?? '', ...aliases].filter((text) => text !== '').join(', '),
      },
      store,
    ),
    mcp_servers: settingAccess<McpServerSpec>(
      {
        rest: serverKind,
        word: 'mcp_server',
        spec: mcpServerSpec,
        about: ({ enabled, url, command, image }) => `${enabled ? 'ON' : 'OFF'}: ${url ?? command ?? image ?? ''}`,
        demandWrite: (caller, spec) => demandCommand(caller, spec, allowApiCommands()),
      },
      store,
    ),
  }
}

/** To start a program is to run code as the house: as REST has it. */
function demandCommand(caller: Principal, { command }: McpServerSpec, isAllowed: boolean): void {
  if (command === undefined) return
  if (!isAllowed) {
    throw new HearthError(
      'policy_access_denied',
      'Servers that start a command are declared in config.yaml, unless mcp.allow_api_commands is true there.',
    )
  }
  if (!hasScope(caller, ['admin'])) {
    throw new HearthError('policy_access_denied', 'Only an admin may add a server that starts a command.')
  }
}

const deviceKind: SettingsKind<DeviceSpec> = {
  plural: 'devices',
  noun: 'Device',
  readScopes: ['read', 'settings', 'devices'],
  writeScopes: ['settings'],
  view: deviceSpec.extend(objectMetaShape),
  page: pageOf(deviceSpec.extend(objectMetaShape)),
  creation: deviceSpec.extend({ name: objectMetaShape.name }).transform(({ name, ...spec }) => ({ name, spec })),
  replacement: deviceSpec
    .extend(returnedMetaFields)
    .transform(({ name, origin, revision, created_at, updated_at, ...spec }) => ({ name, spec })),
  objects: (store) => store.homeDevices,
  visibility: async () => () => true,
}

const serverKind: SettingsKind<McpServerSpec> = {
  plural: 'mcp/servers',
  noun: 'McpServer',
  readScopes: ['read', 'settings'],
  writeScopes: ['settings'],
  view: mcpServerSpec.safeExtend(objectMetaShape),
  page: pageOf(mcpServerSpec.safeExtend(objectMetaShape)),
  creation: mcpServerSpec.safeExtend({ name: objectMetaShape.name }).transform(({ name, ...spec }) => ({ name, spec })),
  replacement: mcpServerSpec
    .safeExtend(returnedMetaFields)
    .transform(({ name, origin, revision, created_at, updated_at, ...spec }) => ({ name, spec })),
  objects: (store) => store.mcpServers,
  visibility: async () => () => true,
}
