import { createHash } from 'node:crypto'
import { isTree } from './config-document.ts'
import type { Config } from './config-schema.ts'

/** Names the declared part of a configuration: SHA-256 over its content, independent of the order of keys; 32 hex digits. */
export function declaredVersion({ profiles, users, mcp, devices }: Config): string {
  const declared = { profiles, users, servers: mcp.servers, devices }
  return createHash('sha256').update(stableJson(declared)).digest('hex').slice(0, 32)
}

/** JSON with sorted keys: equal content has equal text. */
export function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`
  if (!isTree(value)) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${stableJson(child)}`).join(',')}}`
}
