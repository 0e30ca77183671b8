import type { LiveAnswer } from '../../protocol/hearth-client.ts'
import { isEnded } from './answer-view.ts'
import type { ChatNode } from './chat-nodes.ts'
import type { PathStep } from './conversation-tree.ts'

/** Those of the answers shown that are being given. */
export const givenAnswers = (steps: readonly PathStep<ChatNode>[]): readonly LiveAnswer[] =>
  steps.flatMap(({ node }) => (node.kind === 'answer' && !isEnded(node.turn.live.state.status) ? [node.turn.live] : []))
