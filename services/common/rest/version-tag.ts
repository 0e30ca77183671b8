import type { SettingsVersion } from '../contracts/settings.ts'

/** ETag of a collection of settings and of the snapshot: `"epoch.revision"`. */
export const versionTag = ({ epoch, revision }: SettingsVersion): string => `"${epoch}.${revision}"`

/** The version that one such ETag names; undefined for anything else. */
export function versionOfTag(header: string | undefined): SettingsVersion | undefined {
  const match = header === undefined ? null : /^(?:W\/)?"([^"]+)\.(\d{1,15})"$/.exec(header)
  if (match?.[1] === undefined) return undefined
  return { epoch: match[1], revision: Number(match[2]) }
}
