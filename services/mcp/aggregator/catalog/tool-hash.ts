import { createHash } from 'node:crypto'
import type { Tool } from '@modelcontextprotocol/client'
import { byCodeUnit } from './by-code-unit.ts'

/** JSON with sorted keys: equal values, equal text. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value).filter(([, item]: [string, unknown]) => item !== undefined)
  entries.sort(([a], [b]) => byCodeUnit(a, b))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}

/** SHA-256, hex, of all of a tool that a model or client goes by. */
export function toolHash({ name, title, description, inputSchema, outputSchema, annotations }: Tool): string {
  const pinned = { name, title, description, inputSchema, outputSchema, annotations }
  return createHash('sha256').update(canonicalJson(pinned)).digest('hex')
}
