import type { ChatNode } from './chat-nodes.ts'
import type { PathStep } from './conversation-tree.ts'
import { questionView } from './question-view.ts'

/** The question at this node, or the one that it answers. */
export function questionStepOf(steps: readonly PathStep<ChatNode>[], nodeId: string): PathStep<ChatNode> | undefined {
  const at = steps.findIndex(({ node }) => node.id === nodeId)
  return steps.slice(0, at + 1).findLast(({ node }) => questionView(node)?.role === 'user')
}

/** Whether what answered this question was a picture and no text: then one was wished for. */
export function drewPicture(steps: readonly PathStep<ChatNode>[], question: PathStep<ChatNode>): boolean {
  const answer = steps[steps.indexOf(question) + 1]?.node
  if (answer?.kind === 'answer') return answer.turn.asked?.question.modalities?.includes('image') === true
  const types = answer?.kind === 'message' ? answer.message.parts.map(({ type }) => type) : []
  return types.includes('image') && !types.includes('text')
}
