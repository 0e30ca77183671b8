import type { ModelProfile } from '../contracts/model-profile.ts'
import type { Principal } from '../contracts/principal.ts'
import type { Snapshot } from '../contracts/settings.ts'
import type { User } from '../contracts/user.ts'

const userOf = (snapshot: Snapshot, caller: Principal): User | undefined =>
  caller.user === undefined ? undefined : snapshot.users.find((user) => user.name === caller.user)

/** The profiles a caller may use, in the order of the snapshot: by role, by name, or by a grant of the user. */
export function visibleProfiles(snapshot: Snapshot, caller: Principal): readonly ModelProfile[] {
  const granted = userOf(snapshot, caller)?.profiles ?? []
  return snapshot.profiles.filter(
    ({ name, access }) =>
      access.roles.includes(caller.role) ||
      (caller.user !== undefined && access.users.includes(caller.user)) ||
      granted.includes(name),
  )
}

/** The profile of a caller who names none: the user's own default, else the visible default profile. */
export function defaultProfile(snapshot: Snapshot, caller: Principal): ModelProfile | undefined {
  const visible = visibleProfiles(snapshot, caller)
  const own = userOf(snapshot, caller)?.default_profile ?? null
  return visible.find((profile) => profile.name === own) ?? visible.find((profile) => profile.default)
}
