import type { FinishReason, Usage } from '../common/contracts/generate-event.ts'
import type { MessagePart } from '../common/contracts/history.ts'
import type { AttemptRecord, FinalResponse, RunMessage, RunStatus, WireUsage } from '../common/contracts/run-event.ts'
import type { RunRef } from '../common/contracts/run-request.ts'
import type { HearthError } from '../common/errors/hearth-error.ts'
import { wireErrorOf } from '../common/errors/wire-error.ts'
import type { Block } from './answer-state.ts'

/** How a run came to its end. */
export type Ending =
  | { readonly type: 'finished'; readonly reason: FinishReason }
  | { readonly type: 'failed'; readonly error: HearthError }
  | { readonly type: 'cancelled' }

export const statusOf = (ending: Ending): RunStatus => (ending.type === 'failed' ? 'failed' : unfailedStatus(ending))

function unfailedStatus(ending: Exclude<Ending, { type: 'failed' }>): Exclude<RunStatus, 'failed'> {
  if (ending.type === 'cancelled') return 'cancelled'
  return ending.reason === 'length' || ending.reason === 'content_filter' ? 'incomplete' : 'completed'
}

export interface Summary {
  readonly ref: RunRef
  readonly ending: Ending
  readonly usage: WireUsage | null
  readonly attempts: readonly AttemptRecord[]
  /** False when history did not take the answer. */
  readonly isStored: boolean
  readonly metadata: Readonly<Record<string, string>>
}

/** The one terminal message of a run. */
export function terminalMessage(summary: Summary): RunMessage {
  const { ref, ending, attempts } = summary
  const response: FinalResponse = {
    id: ref.runId,
    status: statusOf(ending),
    finish_reason: ending.type === 'finished' ? ending.reason : null,
    conversation: ref.conversation,
    profile: ref.profile,
    provider: attempts[0]?.provider ?? null,
    model: attempts[0]?.model ?? null,
    usage: summary.usage,
    attempts,
    ...(summary.isStored ? {} : { stored: false }),
    ...(Object.keys(summary.metadata).length === 0 ? {} : { metadata: summary.metadata }),
  }
  if (ending.type === 'failed') return { type: 'response.failed', response, error: wireErrorOf(ending.error) }
  return { type: `response.${unfailedStatus(ending)}`, response }
}

export function wireUsage(usage: Usage | undefined): WireUsage | null {
  if (usage === undefined) return null
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    ...(usage.cachedTokens === undefined ? {} : { cached_tokens: usage.cachedTokens }),
    ...(usage.reasoningTokens === undefined ? {} : { reasoning_tokens: usage.reasoningTokens }),
  }
}

/** The answer as history keeps it, whole or partial. A picture that the store never took is left out. */
export const answerParts = (blocks: readonly Block[]): readonly MessagePart[] => blocks.flatMap(partsOf)

function partsOf(block: Block): readonly MessagePart[] {
  switch (block.kind) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return block.text === '' ? [] : [{ type: block.kind, text: block.text }]
    case 'tool_call':
      return [{ type: 'tool_call', callId: block.callId, name: block.name, arguments: block.arguments }]
    case 'picture': {
      const { picture, blobId } = block
      return picture === undefined || blobId === undefined
        ? []
        : [{ type: 'image', blobId, mediaType: picture.mediaType }]
    }
  }
}
