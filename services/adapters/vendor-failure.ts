import type { ErrorCode } from '../common/errors/error-table.ts'
import { type ErrorDetails, HearthError } from '../common/errors/hearth-error.ts'

/** What a vendor's answer says about its failure. Its text is never used: it may hold keys. */
export interface VendorRefusal {
  readonly status: number
  readonly headers: Headers | undefined
  /** Well-known words of the vendor's error body: its `code`, `type`. */
  readonly codes: readonly string[]
  /** Of the connection, such as `adapters.openai.connections.default`. */
  readonly path: string
}

/** A socket that could not be opened, or that broke. */
export function connectionFailed(error: unknown, path: string): HearthError {
  const code = systemCode(error)
  const what = code === undefined ? 'failed' : `failed (${code})`
  return new HearthError(
    'provider_connection_failed',
    `The connection to the server of ${path} ${what}; check base_url and that the server runs.`,
    { cause: error },
  )
}

/** Node's own error code, such as ECONNREFUSED, wherever an SDK put it. */
export function systemCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(at.code)) return at.code
  }
  return undefined
}

type Verdict = readonly [ErrorCode, string]

const billing: Verdict = ['provider_billing', 'The vendor account has no credit left; add credit or use another key']
const refused: Verdict = ['provider_auth_failed', 'The vendor refused the key; set a valid one']
const overloaded: Verdict = ['provider_overloaded', 'The vendor is overloaded; try again later']
const invalid: Verdict = ['caller_invalid_request', 'The vendor refused the request; check model and parameters']

const filtered: Verdict = ['provider_content_filtered', 'The vendor refused the content; rephrase it']
const tooLong: Verdict = [
  'caller_invalid_request',
  'The conversation is longer than the context of the model; shorten it, or use a model with a longer context',
]

const byStatus: ReadonlyMap<number, Verdict> = new Map([
  [401, refused],
  [402, billing],
  [403, refused],
  [404, ['caller_invalid_request', 'The vendor knows no such model or path; check the model and base_url']],
  [408, ['provider_server_error', 'The vendor gave up waiting; try again']],
  [413, ['caller_invalid_request', 'The request is too large for the vendor; shorten it']],
  [429, ['provider_rate_limited', 'The vendor limits this key; wait, or use another key']],
  [503, overloaded],
  [529, overloaded],
])

const byCode: ReadonlyMap<string, Verdict> = new Map([
  ['insufficient_quota', billing],
  ['billing_hard_limit_reached', billing],
  ['billing_not_active', billing],
  ['billing_error', billing],
  ['context_length_exceeded', tooLong],
  ['exceed_context_size_error', tooLong],
  ['content_filter', filtered],
  ['content_policy_violation', filtered],
  ['moderation_blocked', filtered],
  ['image_content_policy_violation', filtered],
  ['bio_policy', filtered],
  ['misalignment_policy_violation', filtered],
  // OpenAI's word for a prompt that its usage policy flags.
  ['invalid_prompt', filtered],
])

/** Pictures of the request that a vendor looks at only once its stream has begun. */
const refusedPictures = [
  'image_generation_user_error',
  'image_parse_error',
  'image_too_large',
  'image_too_small',
  'invalid_image',
  'invalid_image_format',
  'unsupported_image_media_type',
]

/** What the request brought about itself: no other target would take it either. */
const callerFaults: ReadonlyMap<string, Verdict> = new Map([
  ...[...byCode].filter(([, verdict]) => verdict === tooLong || verdict === filtered),
  ...refusedPictures.map((word) => [word, invalid] as const),
])

/** An answer with a status of 300 or more, as an error of ours. */
export function refusalOf({ status, headers, codes, path }: VendorRefusal): HearthError {
  const judged = verdict(status, codes)
  const [code, message] = judged
  const isTooLong = judged === tooLong
  return new HearthError(code, `${message} (HTTP ${status}, ${path}).`, {
    details: {
      vendorStatus: status,
      ...retryAfter(headers),
      ...(isTooLong ? { openaiCode: 'context_length_exceeded' as const } : {}),
    },
  })
}

/**
 * An error that the vendor reports inside its stream, by its words (`code` before `type`): `provider_stream_error`
 * (docs/reference/errors.md), unless the request itself is at fault.
 */
export function streamFailureOf(codes: readonly string[]): HearthError {
  const known = codes.map((code) => callerFaults.get(code)).find((row) => row !== undefined)
  if (known === undefined) return streamError('The vendor reported an error in its stream')
  const [code, message] = known
  return new HearthError(code, `${message} (said in its stream).`, {
    details: known === tooLong ? { openaiCode: 'context_length_exceeded' } : {},
  })
}

function verdict(status: number, codes: readonly string[]): Verdict {
  const named = codes.map((code) => byCode.get(code)).find((row) => row !== undefined)
  if (status < 500 && named !== undefined) return named
  const known = byStatus.get(status)
  if (known !== undefined) return known
  if (status >= 500) return ['provider_server_error', 'The vendor had an error; try again']
  if (status >= 400) return invalid
  return ['provider_connection_failed', 'The vendor answered with a redirect; set base_url to the final address']
}

const longestRetryAfterMs = 24 * 3_600_000

/** `retry-after-ms`, else `Retry-After` in seconds or as a date. */
function retryAfter(headers: Headers | undefined): ErrorDetails {
  const ms = headers?.get('retry-after-ms')
  const seconds = headers?.get('retry-after')
  const value = ms ? Number(ms) : seconds ? secondsOrDate(seconds) : Number.NaN
  if (!Number.isFinite(value) || value < 0) return {}
  return { retryAfterMs: Math.min(Math.ceil(value), longestRetryAfterMs) }
}

const secondsOrDate = (text: string): number => {
  const seconds = Number(text)
  return Number.isNaN(seconds) ? Math.max(Date.parse(text) - Date.now(), 0) : seconds * 1000
}

/** A stream whose content cannot be what the vendor meant. `what` is a sentence without its end. */
export const streamError = (what: string): HearthError =>
  new HearthError('provider_stream_error', `${what}; try again, or use another target.`)

/** A stream that ended before its terminator. */
export const truncated = (): HearthError =>
  new HearthError('provider_stream_truncated', 'The vendor ended its stream before the answer was complete; try again.')
