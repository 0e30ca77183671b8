import type { z } from 'zod'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'

/**
 * The value as its schema has it.
 * @throws HearthError `caller_invalid_request` naming the path of the first fault; never a value.
 */
export function parseRequest<Output>(schema: z.ZodType<Output>, value: unknown, whole: string): Output {
  const result = parseUntrusted(schema, value)
  if (result.success) return result.data
  const { path, message } = describeIssue(result.error.issues, whole)
  throw new HearthError('caller_invalid_request', `${path}: ${message}`, { details: { param: path } })
}

/** Unknown fields first: a misspelt name is what a missing one mostly comes from. */
function describeIssue(issues: readonly z.core.$ZodIssue[], whole: string): { path: string; message: string } {
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys')
  if (unknown !== undefined) {
    return { path: pathText([...unknown.path, unknown.keys[0] ?? ''], whole), message: 'unknown field; remove it' }
  }
  const issue = issues[0]
  if (issue === undefined) return { path: whole, message: 'is not valid' }
  return { path: pathText(issue.path, whole), message: issue.message }
}

/** `targets[0].adapter`; the name of the whole when the path is empty. */
function pathText(path: readonly PropertyKey[], whole: string): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text === '' ? whole : shortPath(text.replace(/^\./, ''))
}

/** A path as an answer may repeat it: keys come from the caller and may be of any length. */
export const shortPath = (path: string): string => (path.length <= 200 ? path : `${path.slice(0, 200)}…`).toWellFormed()
