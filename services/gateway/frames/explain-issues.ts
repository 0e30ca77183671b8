import type { z } from 'zod'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { formatPath } from './json-safety.ts'

type Issue = z.core.$ZodIssue

/** What zod found, as one `caller_invalid_request` whose param is the path of the first offending field. */
export function invalidRequest(issues: readonly Issue[]): HearthError {
  const found = deepest(issues, [])
  const message = found === undefined ? 'The message does not fit its schema.' : `${found.param}: ${found.message}.`
  return new HearthError('caller_invalid_request', message, found && { details: { param: found.param } })
}

interface Found {
  readonly param: string
  readonly message: string
  readonly depth: number
}

/** Of a union's branches, the one that got furthest is the one the caller meant. */
function deepest(issues: readonly Issue[], prefix: readonly PropertyKey[]): Found | undefined {
  const [first] = issues
  if (first === undefined) return undefined
  const path = [...prefix, ...first.path]
  const branches = first.code === 'invalid_union' ? first.errors.map((branch) => deepest(branch, path)) : []
  const best = branches.reduce((left, right) => ((right?.depth ?? 0) > (left?.depth ?? 0) ? right : left), undefined)
  if (best !== undefined && best.depth > path.length) return best
  return describe(first, path)
}

function describe(issue: Issue, path: readonly PropertyKey[]): Found {
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const whole = unknownKey === undefined ? path : [...path, unknownKey]
  const message = unknownKey === undefined ? issue.message : 'unknown field'
  return { param: formatPath(whole) || 'type', message, depth: whole.length }
}
