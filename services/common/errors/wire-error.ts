import type { WireError } from '../contracts/run-event.ts'
import { errorRow } from './error-table.ts'
import type { HearthError } from './hearth-error.ts'

/** A failure as clients see it: code, message and what to do; never the cause. */
export function wireErrorOf(error: HearthError): WireError {
  const { param, retryAfterMs, openaiCode } = error.details
  return {
    type: errorRow(error.code).openaiType,
    code: error.code,
    message: error.message,
    ...(param === undefined ? {} : { param }),
    retryable: error.retryable,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    ...(openaiCode === undefined ? {} : { openai_code: openaiCode }),
  }
}
