import type { AnswerShape } from '../token.ts'

/** Takes the tokens of one answer as they come; all of one read share `nowUs`. */
export type OnToken = (index: number, sentUs: number, nowUs: number) => void

/** One place from which answers are asked for, one after another. The caller closes it. */
export interface AnswerClient {
  /**
   * Resolves when the answer ended with the terminator of its wire. Rejects when it broke, and with the signal's reason
   * when that is aborted; the request is then given up.
   */
  ask(shape: AnswerShape, onToken: OnToken, signal: AbortSignal): Promise<void>
  close(): void
}
