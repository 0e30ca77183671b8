import { isTree } from './config-document.ts'
import type { Config } from './config-schema.ts'
import { stableJson } from './declared-version.ts'

/** What differs between two configurations, as dotted paths in the order of the schema. */
export interface ConfigChanges {
  /** Take effect at once: a profile, a user, a connection, a server, a device (each whole), and some single settings. */
  readonly live: readonly string[]
  /** Take effect at the next start only. */
  readonly needsRestart: readonly string[]
}

/** Paths that change live; `*` is any name. What lies below such a path is reported as the path itself. */
const LIVE: readonly (readonly string[])[] = [
  ['profiles', '*'],
  ['users', '*'],
  ['adapters', '*', 'connections', '*'],
  ['mcp', 'include'],
  ['mcp', 'allow_api_commands'],
  ['mcp', 'on_disable'],
  ['mcp', 'servers', '*'],
  ['devices', '*'],
  ['secrets', 'allow'],
  ['log', 'level'],
]

export function diffConfig(old: Config, next: Config): ConfigChanges {
  const changed = differences(old, next, [])
  return {
    live: changed.filter(isLivePath).map((path) => path.join('.')),
    needsRestart: changed.filter((path) => !isLivePath(path)).map((path) => path.join('.')),
  }
}

/** Does a change at this path take effect without a restart? */
export const isLivePath = (path: readonly string[]): boolean =>
  LIVE.some((pattern) => matches(pattern, path.slice(0, pattern.length)))

const matches = (pattern: readonly string[], path: readonly string[]): boolean =>
  pattern.length === path.length && pattern.every((part, index) => part === '*' || part === path[index])

function differences(old: unknown, next: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (stableJson(old) === stableJson(next)) return []
  const isWhole = LIVE.some((pattern) => matches(pattern, path))
  if (isWhole || !isTree(old) || !isTree(next)) return [path]
  const keys = new Set([...Object.keys(old), ...Object.keys(next)])
  return [...keys].flatMap((key) => differences(old[key], next[key], [...path, key]))
}
