import type { ErrorCode } from '../../services/common/errors/error-table.ts'
import type { Cell, Vendor } from './fault-cells.ts'

/** The timer that has to fire; the others of that run are too long to. */
export type Timer = 'headers_ms' | 'first_token_ms' | 'idle_ms'

/** What a caller gets for one fault. */
export interface Outcome {
  /** `none`: the run completes. */
  readonly code: ErrorCode | 'none'
  /** Status of the OpenAI-compatible routes, as long as no content was sent. */
  readonly http: number
  readonly isRetryable: boolean
  readonly retryAfterMs?: number
  /** What was shown and is in history: nothing, the words before the fault, those and what came of it, or all. */
  readonly kept: 'nothing' | 'words-before' | 'everything'
  readonly timer?: Timer
  /** Who must have closed the vendor's response; left out where either may be first. */
  readonly closedBy?: 'client' | 'vendor'
}

type Row = Readonly<Record<Cell, Outcome>>

const refused = (code: ErrorCode, http: number, isRetryable: boolean): Outcome => ({
  code,
  http,
  isRetryable,
  kept: 'nothing',
  closedBy: 'vendor',
})
const late = (code: ErrorCode, timer: Timer): Outcome => ({
  code,
  http: 504,
  isRetryable: true,
  kept: 'nothing',
  timer,
  closedBy: 'client',
})
const broken = (code: ErrorCode, more: Partial<Outcome> = {}): Outcome => ({
  code,
  http: 502,
  isRetryable: true,
  kept: 'nothing',
  ...more,
})
const begun = { kept: 'words-before' } as const
const whole: Outcome = { code: 'none', http: 200, isRetryable: false, kept: 'everything', closedBy: 'vendor' }

/** What holds for every vendor, unless its own row says otherwise. */
const everyVendor: Row = {
  'before-headers/status-401': refused('provider_auth_failed', 502, false),
  'before-headers/status-402': refused('provider_billing', 502, false),
  'before-headers/status-429': { ...refused('provider_rate_limited', 429, true), retryAfterMs: 7000 },
  'before-headers/status-500': refused('provider_server_error', 502, true),
  'before-headers/status-529': refused('provider_overloaded', 503, true),
  'before-headers/headers-never': late('provider_timeout_headers', 'headers_ms'),
  'before-headers/not-a-stream': broken('provider_stream_error'),

  'before-content/silence-after-headers': late('provider_timeout_first_token', 'first_token_ms'),
  'before-content/comments-only': late('provider_timeout_first_token', 'first_token_ms'),
  'before-content/error-first': broken('provider_stream_error'),
  'before-content/done-only': broken('provider_stream_truncated'),
  'before-content/end-after-role': broken('provider_stream_truncated', { closedBy: 'vendor' }),
  'before-content/stall': late('provider_timeout_first_token', 'first_token_ms'),
  'before-content/reset': broken('provider_connection_failed', { closedBy: 'vendor' }),
  'before-content/end-without-terminator': broken('provider_stream_truncated', { closedBy: 'vendor' }),
  'before-content/error': broken('provider_stream_error', { closedBy: 'client' }),
  'before-content/error-other-form': broken('provider_stream_error', { closedBy: 'client' }),
  'before-content/malformed-json': broken('provider_stream_error', { closedBy: 'client' }),
  'before-content/invalid-utf8': whole,
  'before-content/line-1mb': whole,
  'before-content/line-17mb': broken('provider_stream_error', { closedBy: 'client' }),

  'mid-stream/stall': { ...late('provider_timeout_idle', 'idle_ms'), ...begun },
  'mid-stream/reset': broken('provider_connection_failed', { ...begun, closedBy: 'vendor' }),
  'mid-stream/end-without-terminator': broken('provider_stream_truncated', { ...begun, closedBy: 'vendor' }),
  'mid-stream/error': broken('provider_stream_error', { ...begun, closedBy: 'client' }),
  'mid-stream/error-other-form': broken('provider_stream_error', { ...begun, closedBy: 'client' }),
  'mid-stream/malformed-json': broken('provider_stream_error', { ...begun, closedBy: 'client' }),
  'mid-stream/invalid-utf8': whole,
  'mid-stream/line-1mb': whole,
  'mid-stream/line-17mb': broken('provider_stream_error', { ...begun, closedBy: 'client' }),

  'after-finish/stall': { ...whole, timer: 'idle_ms', closedBy: 'client' },
  'after-finish/reset': whole,
}

/** Vendor × fault × phase: a cell that is not here does not compile. */
export const faultTable: Readonly<Record<Vendor, Row>> = {
  'openai-chat': everyVendor,
  'openai-responses': {
    ...everyVendor,
    // Only `response.completed` says that the answer is whole; all of its text has come by then.
    'after-finish/stall': { ...late('provider_timeout_idle', 'idle_ms'), kept: 'everything' },
    'after-finish/reset': broken('provider_connection_failed', { kept: 'everything', closedBy: 'vendor' }),
  },
  anthropic: everyVendor,
  'local-server': everyVendor,
  'local-llamacpp': everyVendor,
  'local-ollama': {
    ...everyVendor,
    // Ollama sends its headers with the first token; that it lives is known from /api/ps.
    'before-headers/headers-never': late('provider_timeout_first_token', 'first_token_ms'),
    // A line that says it only loaded the model; there is no terminator without a reason.
    'before-content/done-only': broken('provider_stream_error'),
    // The line with the finish reason is the terminator: nothing can happen between them.
    'after-finish/stall': whole,
  },
}
