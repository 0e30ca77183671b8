import { type DeviceSpec, deviceSpec } from '../../../common/contracts/device.ts'
import { type McpServerSpec, mcpServerSpec } from '../../../common/contracts/mcp-server.ts'
import { type ModelProfileSpec, modelProfileSpec } from '../../../common/contracts/model-profile.ts'
import { type UserSpec, userSpec } from '../../../common/contracts/user.ts'
import { redactUri } from '../../aggregator/calls/redact.ts'
import type { ApiContext } from '../../api/api-context.ts'
import { deviceKind } from '../../api/routes/devices.ts'
import { profileKind } from '../../api/routes/profiles.ts'
import { serverKind } from '../../api/routes/servers.ts'
import { userKind } from '../../api/routes/users.ts'
import { type SettingAccess, settingAccess } from './setting-access.ts'

/** What the tools call the kinds. */
export const settingNames = ['profiles', 'users', 'devices', 'mcp_servers'] as const
export type SettingName = (typeof settingNames)[number]

export type SettingKinds = Readonly<Record<SettingName, SettingAccess>>

export const settingKinds = (context: ApiContext): SettingKinds => ({
  profiles: settingAccess<ModelProfileSpec>(
    { rest: profileKind, word: 'profile', spec: modelProfileSpec, about: ({ description }) => description },
    context,
  ),
  users: settingAccess<UserSpec>(
    { rest: userKind, word: 'user', spec: userSpec, about: ({ display_name, role }) => `${display_name} (${role})` },
    context,
  ),
  devices: settingAccess<DeviceSpec>(
    { rest: deviceKind, word: 'device', spec: deviceSpec, about: aboutDevice },
    context,
  ),
  mcp_servers: settingAccess<McpServerSpec>(
    { rest: serverKind, word: 'mcp_server', spec: mcpServerSpec, about: aboutServer },
    context,
  ),
})

const aboutDevice = ({ area, aliases }: DeviceSpec): string =>
  [area ?? '', ...aliases].filter((text) => text !== '').join(', ')

const aboutServer = ({ enabled, url, command, image }: McpServerSpec): string =>
  `${enabled ? 'ON' : 'OFF'}: ${url === undefined ? (command ?? image ?? '') : redactUri(url)}`
