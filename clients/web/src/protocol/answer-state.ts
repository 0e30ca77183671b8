import type { FinalResponse, RunStatus } from '../../../../services/common/contracts/run-event.ts'
import type { Failure } from './failure.ts'

/**
 * An answer as far as it has come. `sending`: the house has not taken the question yet. Objects are replaced, never
 * written to, so a view compares by identity.
 */
export interface AnswerState {
  readonly status: 'sending' | 'queued' | 'in_progress' | RunStatus
  readonly responseId: string | undefined
  readonly conversation: string | undefined
  readonly profile: string | undefined
  /** In the order of `output_index`. */
  readonly items: readonly AnswerItem[]
  /** What the target is busy with, before and between content. */
  readonly phase: AnswerPhase | undefined
  /** Runs of the same lane in front. */
  readonly queuePosition: number
  /** Last number seen; -1: none. */
  readonly lastSequenceNumber: number
  /** Epoch milliseconds: asked, first content, end. */
  readonly times: { readonly asked: number; readonly firstContent?: number; readonly ended?: number }
  /** With the terminal event: attempts, usage, target. */
  readonly final: FinalResponse | undefined
  readonly failure: Failure | undefined
  /** Someone here wants it to end, and the house has not ended it yet. */
  readonly isStopping: boolean
}

export interface AnswerPhase {
  readonly phase: 'connecting' | 'loading_model' | 'prompt_eval' | 'waiting_first_token' | 'tool'
  /** 0..1 */
  readonly progress?: number
  readonly attempt: number
  readonly provider: string
  readonly model: string
}

export type AnswerItem =
  | {
      readonly kind: 'text' | 'reasoning' | 'refusal'
      readonly id: string
      readonly text: string
      readonly isDone: boolean
    }
  | {
      readonly kind: 'tool_call'
      readonly id: string
      readonly name: string
      readonly arguments: string
      readonly isDone: boolean
    }
  | {
      readonly kind: 'picture'
      readonly id: string
      /** The sharpest that came whole. */
      readonly picture: { readonly mediaType: string; readonly bytes: Uint8Array } | undefined
      /** How many came whole: partials, then the final one. */
      readonly steps: number
      /** Of the final one: `GET /v1/blobs/<id>`. */
      readonly blobId: string | undefined
      readonly isDone: boolean
    }
