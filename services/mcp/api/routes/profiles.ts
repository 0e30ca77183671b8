import type { ModelProfile, ModelProfileSpec } from '../../../common/contracts/model-profile.ts'
import type { Principal } from '../../../common/contracts/principal.ts'
import { visibleProfiles } from '../../../common/settings/visible-profiles.ts'
import type { Store } from '../../store/store.ts'
import { hasScope } from '../access.ts'
import type { Route } from '../route.ts'
import { profileCreation, profilePage, profileReplacement, profileView } from '../schemas/profile-schema.ts'
import { type SettingsKind, settingsRoutes } from '../settings-routes.ts'
import { wholeSnapshot } from '../whole-snapshot.ts'

/** Profiles: rights and shapes, the same in REST and in the tools of MCP. */
export const profileKind: SettingsKind<ModelProfileSpec> = {
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
}

export const profileRoutes = (): readonly Route[] => settingsRoutes(profileKind)

/** Which profiles the caller may see: all for who edits them, else those they may use. */
async function profileVisibility(
  caller: Principal,
  store: Store,
  signal: AbortSignal,
): Promise<(profile: ModelProfile) => boolean> {
  if (hasScope(caller, ['settings'])) return () => true
  const names = new Set(visibleProfiles(await wholeSnapshot(store, signal), caller).map(({ name }) => name))
  return ({ name }) => names.has(name)
}
