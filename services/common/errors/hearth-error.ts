import { type ErrorCode, errorRow } from './error-table.ts'

/** What a program may need beyond the message. Never holds a secret or a vendor's text. */
export interface ErrorDetails {
  /** Path of the offending field, such as `input[0].content`. */
  readonly param?: string
  /** When the same request may be tried again, milliseconds from now. */
  readonly retryAfterMs?: number
  /** Who owns a read-only object: `config` or `cluster`. */
  readonly origin?: string
  /** File and 1-based line of a wrong setting. */
  readonly file?: string
  readonly line?: number
  /** HTTP status the vendor answered with. */
  readonly vendorStatus?: number
  /** OpenAI's narrower word for what is wrong, shown by the OpenAI-compatible routes instead of the table's. */
  readonly openaiCode?: 'context_length_exceeded'
}

export interface ErrorOptions {
  readonly details?: ErrorDetails
  /** Default: the table's. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** The only error class that crosses a seam. `message` says what to do; `cause` stays in the process. */
export class HearthError extends Error {
  override readonly name = 'HearthError'
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? errorRow(code).retryable
    this.details = options.details ?? {}
  }
}

/** Translates anything caught at a boundary; what is not a HearthError is a defect of ours, its text is not shown. */
export function toHearthError(error: unknown): HearthError {
  if (error instanceof HearthError) return error
  return new HearthError('gateway_internal', 'An unexpected error occurred; the log of the server has the details.', {
    cause: error,
  })
}
