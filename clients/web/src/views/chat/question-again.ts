import type { RestApi } from '../../protocol/rest-api.ts'
import type { ChatNode } from './chat-nodes.ts'
import type { PathStep } from './conversation-tree.ts'
import { loadPictures } from './load-pictures.ts'
import type { AttachedPicture } from './next-question.ts'
import { drewPicture, questionStepOf } from './question-of.ts'
import { questionView } from './question-view.ts'

export interface QuestionAgainDeps {
  readonly rest: Pick<RestApi, 'getBlob'>
  /** What is shown now. */
  readonly steps: () => readonly PathStep<ChatNode>[]
  readonly signal: AbortSignal
}

/** A question that was asked, with all that it takes to ask it again. */
export interface QuestionAgain {
  readonly nodeId: string
  readonly text: string
  readonly pictures: readonly AttachedPicture[]
  readonly draws: boolean
}

/**
 * The question at this node, or the one that it answers. Undefined when there is none, or when the reader went elsewhere
 * while its pictures were fetched. @throws HearthFailure.
 */
export async function questionAgain(nodeId: string, deps: QuestionAgainDeps): Promise<QuestionAgain | undefined> {
  const step = questionStepOf(deps.steps(), nodeId)
  const view = step === undefined ? undefined : questionView(step.node)
  if (step === undefined || view === undefined) return undefined
  const draws = drewPicture(deps.steps(), step)
  const files = await loadPictures(deps.rest, view.pictures, deps.signal)
  const pictures = files.map((file, index) => ({ ...file, name: String(index + 1) }))
  const isShown = deps.steps().some(({ node }) => node.id === step.node.id)
  return isShown ? { nodeId: step.node.id, text: view.text, pictures, draws } : undefined
}
