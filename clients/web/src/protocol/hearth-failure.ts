import type { Failure } from './failure.ts'

/** The only error that this client throws, except the reason of a caller's own AbortSignal. */
export class HearthFailure extends Error implements Failure {
  override readonly name = 'HearthFailure'
  readonly code: string
  readonly retryable: boolean
  declare readonly retryAfterMs?: number
  declare readonly requestId?: string

  constructor({ code, message, retryable, retryAfterMs, requestId }: Failure) {
    super(message)
    this.code = code
    this.retryable = retryable
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
    if (requestId !== undefined) this.requestId = requestId
  }
}

/** `error` of a WebSocket message, and what both forms of an error have in common. */
interface ToldError {
  readonly code: string
  readonly message: string
  readonly retryable: boolean
  readonly retry_after_ms?: number | undefined
}

/** A failure as the house told it. */
export const toldFailure = (error: ToldError, requestId?: string): Failure => ({
  code: error.code,
  message: error.message,
  retryable: error.retryable,
  ...(error.retry_after_ms === undefined ? {} : { retryAfterMs: error.retry_after_ms }),
  ...(requestId === undefined ? {} : { requestId }),
})

/** Anything that was thrown, as a failure. */
export const failureOf = (error: unknown): Failure => (error instanceof HearthFailure ? error : defect())

export const offline = (): Failure => ({
  code: 'client_offline',
  message: 'The house cannot be reached; see that it runs and that this device is in its network.',
  retryable: true,
})

export const notUnderstood = (): Failure => ({
  code: 'client_protocol',
  message: 'The house sent what this program does not understand; reload it, or update it to the version of the house.',
  retryable: true,
})

export const notPaired = (): Failure => ({
  code: 'policy_unauthenticated',
  message: 'This device is not paired; ask for a pairing code and enter it.',
  retryable: false,
})

/** `requestId`: of the answer. */
export const answerElsewhere = (requestId: string): Failure => ({
  code: 'client_answer_elsewhere',
  message: 'The rest of this answer is no longer streamed; read it from the conversation.',
  retryable: false,
  requestId,
})

const defect = (): Failure => ({
  code: 'client_protocol',
  message: 'This program failed to read what the house sent; reload it.',
  retryable: true,
})
