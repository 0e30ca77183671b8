import { isRecord } from '../../common/is-record.ts'

type JsonObject = Readonly<Record<string, unknown>>

/**
 * JSON Merge Patch (RFC 7396 §2): objects merge key by key, null removes, anything else replaces. Pure; the arguments
 * are parsed JSON without `__proto__` keys.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const base: JsonObject = isRecord(target) ? target : {}
  const kept = Object.entries(base).filter(([key]) => !Object.hasOwn(patch, key))
  const merged = Object.entries(patch)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => [key, mergePatch(Object.hasOwn(base, key) ? base[key] : undefined, value)] as const)
  return Object.fromEntries([...kept, ...merged])
}
