import type { DeviceSpec } from '../../../common/contracts/device.ts'
import type { Route } from '../route.ts'
import { deviceCreation, devicePage, deviceReplacement, deviceView } from '../schemas/device-schema.ts'
import { type SettingsKind, settingsRoutes } from '../settings-routes.ts'

/** Devices of the home: rights and shapes, the same in REST and in the tools of MCP. Guests see those shown to guests. */
export const deviceKind: SettingsKind<DeviceSpec> = {
  plural: 'devices',
  noun: 'Device',
  readScopes: ['read', 'settings', 'devices'],
  writeScopes: ['settings'],
  view: deviceView,
  page: devicePage,
  creation: deviceCreation,
  replacement: deviceReplacement,
  objects: (store) => store.homeDevices,
  visibility: async ({ role }) => (role === 'guest' ? ({ exposure }) => exposure.guests.length > 0 : () => true),
}

export const deviceRoutes = (): readonly Route[] => settingsRoutes(deviceKind)
