import type { UserSpec } from '../../../common/contracts/user.ts'
import type { Route } from '../route.ts'
import { userCreation, userPage, userReplacement, userView } from '../schemas/user-schema.ts'
import { type SettingsKind, settingsRoutes } from '../settings-routes.ts'

/** Users: rights and shapes, the same in REST and in the tools of MCP. */
export const userKind: SettingsKind<UserSpec> = {
  plural: 'users',
  noun: 'User',
  readScopes: ['admin'],
  writeScopes: ['admin'],
  view: userView,
  page: userPage,
  creation: userCreation,
  replacement: userReplacement,
  objects: (store) => store.users,
  visibility: async () => () => true,
}

export const userRoutes = (): readonly Route[] => settingsRoutes(userKind)
