/**
 * A failure as the house tells it; `code` of its closed table, or `client_offline`, `client_protocol`, `client_busy` (more
 * answers at once than the house gives one client), `client_answer_elsewhere` (the rest of the answer is no longer
 * streamed: read it from the conversation).
 */
export interface Failure {
  readonly code: string
  /** Says what to do. */
  readonly message: string
  readonly retryable: boolean
  readonly retryAfterMs?: number
  readonly requestId?: string
}
