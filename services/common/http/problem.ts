import { STATUS_CODES } from 'node:http'
import type { ErrorCode } from '../errors/error-table.ts'
import { errorRow } from '../errors/error-table.ts'
import type { HearthError } from '../errors/hearth-error.ts'

/** An RFC 9457 problem document with Hearth's members: content type `application/problem+json`. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly retry_after_ms?: number
  readonly param?: string
  readonly origin?: string
}

export const problemContentType = 'application/problem+json'

/** `status` overrides the table's, such as 415 or 412 under a `caller_*` code. */
export function problemOf(error: HearthError, status: number = errorRow(error.code).http): Problem {
  const { retryAfterMs, param, origin } = error.details
  return {
    type: `urn:hearth:error:${error.code}`,
    title: STATUS_CODES[status] ?? errorRow(error.code).meaning,
    status,
    detail: error.message,
    code: error.code,
    retryable: error.retryable,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    ...(param === undefined ? {} : { param }),
    ...(origin === undefined ? {} : { origin }),
  }
}

/** `Retry-After` (RFC 9110 §10.2.3) in whole seconds, for statuses that carry it. */
export function retryAfterHeader(error: HearthError, status: number = errorRow(error.code).http): string | undefined {
  if (status !== 429 && status !== 503) return undefined
  return String(Math.max(1, Math.ceil((error.details.retryAfterMs ?? 1000) / 1000)))
}
