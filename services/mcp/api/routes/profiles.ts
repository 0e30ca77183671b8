import type { ModelProfile, ModelProfileSpec } from '../../../common/contracts/model-profile.ts'
import type { Principal } from '../../../common/contracts/principal.ts'
import type { User } from '../../../common/contracts/user.ts'
import type { Store } from '../../store/store.ts'
import { hasScope } from '../access.ts'
import type { Route } from '../route.ts'
import { profileCreation, profilePage, profileReplacement, profileView } from '../schemas/profile-schema.ts'
import { settingsRoutes } from '../settings-routes.ts'

export const profileRoutes = (): readonly Route[] =>
  settingsRoutes<ModelProfileSpec>({
    plural: 'profiles',
    noun: 'Profile',
    readScopes: ['read', 'settings'],
    writeScopes: ['settings'],
    view: profileView,
    page: profilePage,
    creation: profileCreation,
    replacement: profileReplacement,
    objects: (store) => store.profiles,
    visibility: profileVisibility,
  })

/** Which profiles the caller may see: all of them for who edits them, else those whose `access` or whose user's `profiles` says so. */
export async function profileVisibility(
  caller: Principal,
  store: Pick<Store, 'users'>,
): Promise<(profile: ModelProfile) => boolean> {
  if (hasScope(caller, ['settings'])) return () => true
  const user = caller.user === undefined ? undefined : await store.users.get(caller.user)
  return (profile) => mayUse(caller, user, profile)
}

function mayUse(caller: Principal, user: User | undefined, { name, access }: ModelProfile): boolean {
  if (access.roles.includes(caller.role)) return true
  return caller.user !== undefined && (access.users.includes(caller.user) || user?.profiles.includes(name) === true)
}
