import { html } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { AppContext } from '../../app/app-context.ts'
import type { ChatNode } from './chat-nodes.ts'
import type { PathStep } from './conversation-tree.ts'
import { givenAnswers } from './given-answers.ts'
import './hearth-answer.ts'
import './hearth-question.ts'
import { questionView, toolOutputs } from './question-view.ts'

/** The newest messages are always laid out: the end must not jump. */
const alwaysLaidOut = 6

/** Questions and answers in their order; each keeps its element for as long as it is shown. `onWish`: for `ChatEvent`s. */
export function messagesTemplate(
  steps: readonly PathStep<ChatNode>[],
  context: AppContext,
  onWish: (event: Event) => void,
) {
  const outputs = toolOutputs(steps.map(({ node }) => node))
  const views = steps.map(({ node }) => questionView(node))
  const isAnswering = givenAnswers(steps).length > 0
  let prompt = ''
  return repeat(
    steps,
    ({ node }) => node.id,
    (step, index) => {
      const view = views[index]
      const place = index < steps.length - alwaysLaidOut ? 'far' : ''
      const { id } = step.node
      if (view === undefined) {
        return html`<hearth-answer class=${place} data-node=${id} .context=${context} .step=${step} .outputs=${outputs} .prompt=${prompt} .isAnswering=${isAnswering} @hearth-chat-wish=${onWish}></hearth-answer>`
      }
      if (view.role === 'user') prompt = view.text
      const isLast = index === steps.length - 1
      return html`<hearth-question class=${place} data-node=${id} .context=${context} .step=${step} .view=${view} .isLast=${isLast} .isAnswering=${isAnswering} @hearth-chat-wish=${onWish}></hearth-question>`
    },
  )
}
