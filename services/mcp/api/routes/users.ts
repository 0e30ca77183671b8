import type { UserSpec } from '../../../common/contracts/user.ts'
import type { Route } from '../route.ts'
import { userCreation, userPage, userReplacement, userView } from '../schemas/user-schema.ts'
import { settingsRoutes } from '../settings-routes.ts'

export const userRoutes = (): readonly Route[] =>
  settingsRoutes<UserSpec>({
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
  })
