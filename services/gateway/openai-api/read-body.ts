import type { z } from 'zod'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { hasMoreValuesThan, isDeeperThan } from '../../common/http/json-depth.ts'
import { isRecord } from '../../common/is-record.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import { invalidRequest } from '../frames/explain-issues.ts'
import { findUnsafe } from '../frames/json-safety.ts'
import type { ApiLimits } from './api-limits.ts'

/**
 * The JSON object of a body. Everything that could cost more than its bytes is counted before the parse. Pure.
 * @throws HearthError `caller_invalid_request`, `caller_too_large`.
 */
export function readJson(body: Buffer, limits: Pick<ApiLimits, 'jsonDepth' | 'jsonValues'>): unknown {
  if (isDeeperThan(body, limits.jsonDepth)) throw refuse(`The body nests at most ${limits.jsonDepth} levels deep.`)
  if (hasMoreValuesThan(body, limits.jsonValues)) {
    throw new HearthError('caller_too_large', `The body holds at most ${limits.jsonValues} values.`)
  }
  const value = parse(body)
  if (!isRecord(value)) throw refuse('The body must be a JSON object.')
  const unsafe = findUnsafe(value)
  if (unsafe === undefined) return value
  const subject = unsafe.path === '' ? 'The body' : unsafe.path
  throw refuse(`${subject} ${unsafe.message}.`, unsafe.path === '' ? undefined : unsafe.path)
}

/** @throws HearthError `caller_invalid_request` whose param is the path of the first wrong field. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = parseUntrusted(schema, body)
  if (parsed.success) return parsed.data
  throw invalidRequest(parsed.error.issues)
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new HearthError('caller_invalid_request', 'The body is not valid JSON.', { cause: error })
  }
}

const refuse = (message: string, param?: string): HearthError =>
  new HearthError('caller_invalid_request', message, param === undefined ? {} : { details: { param } })
