import type { AnswerState } from '../../protocol/answer-state.ts'
import { isEnded } from './answer-view.ts'
import type { ChatNode } from './chat-nodes.ts'
import type { PathStep } from './conversation-tree.ts'

/** The last answer shown, as far as a listener is told of it. */
export interface LastAnswer {
  readonly id: string
  readonly status: AnswerState['status']
}

export function lastAnswer(steps: readonly PathStep<ChatNode>[]): LastAnswer | undefined {
  const node = steps.at(-1)?.node
  if (node?.kind === 'answer') return { id: node.id, status: node.turn.live.state.status }
  if (node?.kind === 'message' && node.message.role === 'assistant') return { id: node.id, status: node.message.status }
  return undefined
}

/** What a screen reader says when it changes: that an answer begins and how it ended, not its tokens. */
export function announcementKey(before: LastAnswer | undefined, after: LastAnswer | undefined) {
  if (after === undefined || (before?.id === after.id && before.status === after.status)) return undefined
  if (after.status === 'in_progress') return 'chat.answerBegan'
  const wasGiven = before?.id === after.id && !isEnded(before.status)
  return wasGiven ? endings[after.status] : undefined
}

const endings = {
  sending: undefined,
  queued: undefined,
  in_progress: undefined,
  completed: 'chat.answerEnded',
  incomplete: 'chat.answerEnded',
  cancelled: 'chat.answerStopped',
  failed: 'chat.answerFailed',
} as const
