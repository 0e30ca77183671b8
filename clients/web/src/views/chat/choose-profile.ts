import type { ProfileView } from '../../protocol/hearth-client.ts'

/**
 * The profile for the next question: the first wish that the house has (chosen here, of the last answer, used last), else
 * its default.
 */
export function chooseProfile(
  profiles: readonly ProfileView[],
  wishes: readonly (string | undefined)[],
): ProfileView | undefined {
  const wished = wishes.flatMap((name) => profiles.find((profile) => profile.name === name) ?? [])[0]
  return wished ?? profiles.find((profile) => profile.default) ?? profiles[0]
}

/** What to ask of a profile: a picture when that is wished or all it makes; undefined: what the house takes by default. */
export function modalitiesFor(
  profile: ProfileView | undefined,
  draws: boolean,
): readonly ('text' | 'image')[] | undefined {
  if (profile?.modalities.includes('image') !== true) return undefined
  return draws || !profile.modalities.includes('text') ? ['image'] : undefined
}
