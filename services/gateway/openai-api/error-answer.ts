import { errorRow } from '../../common/errors/error-table.ts'
import type { HearthError } from '../../common/errors/hearth-error.ts'
import { retryAfterHeader } from '../../common/http/problem.ts'

/** The official shape: https://platform.openai.com/docs/guides/error-codes (read 2026-11-22). */
export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
  }
}

export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ErrorBody
}

/** `code` is the word OpenAI's clients look for where there is one, else ours, which says more. */
export function errorBody({ code, message, details }: HearthError): ErrorBody {
  const { openaiType, openaiCode } = errorRow(code)
  const { param } = details
  return {
    error: {
      message,
      type: openaiType,
      param: param ?? null,
      code: details.openaiCode ?? openaiCode ?? code,
    },
  }
}

/** Any failure as an HTTP answer. `status` overrides the table's, such as 405. Pure. */
export function errorAnswer(error: HearthError, status: number = statusOf(error)): ErrorAnswer {
  const retryAfter = retryAfterHeader(error, status)
  const { retryAfterMs } = error.details
  return {
    status,
    headers: {
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      ...(retryAfter === undefined || retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }),
      ...(mayBeSentAgain(error, status) ? {} : { 'x-should-retry': 'false' }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: errorBody(error),
  }
}

const statusOf = ({ code, details }: HearthError): number =>
  details.openaiCode === undefined ? errorRow(code).http : 400

/**
 * The official libraries send 408, 409, 429 and 5xx again by themselves unless told not to. Here the router has tried
 * what can be tried: only to wait, as for a limit or a server that is full, is worth another request.
 */
const mayBeSentAgain = ({ retryable }: HearthError, status: number): boolean =>
  retryable && (status === 429 || status === 503)
