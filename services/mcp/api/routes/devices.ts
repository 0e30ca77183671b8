import type { Device, DeviceSpec } from '../../../common/contracts/device.ts'
import { isGuest } from '../access.ts'
import type { Route } from '../route.ts'
import {
  deviceCreation,
  devicePage,
  deviceReplacement,
  deviceView,
  type GuestDevice,
} from '../schemas/device-schema.ts'
import { type SettingsKind, settingsRoutes } from '../settings-routes.ts'

/** Devices of the home: rights and shapes, the same in REST and in the tools of MCP. Guests see those shown to guests, and of them no more. */
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
  visibility: async (caller) => (isGuest(caller) ? ({ exposure }) => exposure.guests.length > 0 : () => true),
  viewer: (caller) => (isGuest(caller) ? forGuests : (device) => device),
}

/** Field by field: what devices get later is not for guests until somebody says so. */
const forGuests = ({
  name,
  area,
  aliases,
  exposure,
  origin,
  revision,
  created_at,
  updated_at,
}: Device): GuestDevice => ({
  name,
  area,
  aliases,
  exposure: { guests: exposure.guests },
  origin,
  revision,
  created_at,
  updated_at,
})

export const deviceRoutes = (): readonly Route[] => settingsRoutes(deviceKind)
