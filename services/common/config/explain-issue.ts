import type { z } from 'zod'
import { allowedText } from './allowed-text.ts'
import { nearestName } from './nearest-name.ts'
import { type ConfigPath, keysOf, nodeAt, type SchemaNode } from './schema-node.ts'

export interface Explained {
  readonly path: ConfigPath
  readonly message: string
}

/** One zod issue as problems for a person: where, what is allowed, what was probably meant. Never the value itself. */
export function explainIssue(root: SchemaNode, issue: z.core.$ZodIssue): readonly Explained[] {
  const path = issue.path.filter((key) => typeof key !== 'symbol')
  if (issue.code === 'unrecognized_keys') {
    const allowed = keysOf(nodeAt(root, path) ?? {})
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKeyText(key, allowed) }))
  }
  if (issue.code === 'invalid_key') {
    return [
      { path, message: `this name is not allowed: ${issue.issues[0]?.message ?? 'use lower-case letters and digits'}` },
    ]
  }
  const node = nodeAt(root, path)
  if (issue.code === 'custom' || hasOwnText(issue) || node === undefined) return [{ path, message: issue.message }]
  return [{ path, message: `${isMissing(issue) ? 'is missing; must be' : 'must be'} ${allowedText(node)}` }]
}

function unknownKeyText(key: string, allowed: readonly string[]): string {
  const near = nearestName(key, allowed)
  return `unknown key; allowed: ${allowed.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`
}

/** Texts that the schema writes itself (`must be HOST:PORT`) say more than the type does. */
const hasOwnText = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'invalid_format' && issue.format === 'regex' && issue.message.startsWith('must be')

const isMissing = (issue: z.core.$ZodIssue): boolean => issue.message.endsWith('received undefined')
