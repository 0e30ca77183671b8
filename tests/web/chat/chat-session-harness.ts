import { type AnswerView, viewOfMessage, viewOfState } from '../../../clients/web/src/views/chat/answer-view.ts'
import type { ChatNode } from '../../../clients/web/src/views/chat/chat-nodes.ts'
import { ChatSession } from '../../../clients/web/src/views/chat/chat-session.ts'
import type { FakeAnswer } from './fake-client.ts'
import { FakeClient, message, settled } from './fake-client.ts'

export const ask = (text: string) => ({ text, pictures: [] })

export async function open(client: FakeClient, conversation?: string) {
  let now = 0
  const session = new ChatSession({ client, clock: () => now })
  session.start()
  session.open(conversation)
  await settled()
  const advance = (ms: number) => {
    now += ms
  }
  return { session, advance }
}

export const shown = (session: ChatSession) => session.state.steps.map(({ node }) => textIn(node))

function viewIn(node: Exclude<ChatNode, { kind: 'question' }>): AnswerView {
  return node.kind === 'answer'
    ? viewOfState(node.turn.live.state, node.turn.seen())
    : viewOfMessage(node.message, node.seen, new Map())
}

export function lastView(session: ChatSession): AnswerView | undefined {
  const node = session.state.steps.at(-1)?.node
  return node === undefined || node.kind === 'question' ? undefined : viewIn(node)
}

function textIn(node: ChatNode): string {
  if (node.kind === 'question') return node.question.text
  const view = viewIn(node)
  return view.parts.map((part) => ('text' in part ? part.text : part.kind)).join('|')
}

export const nodeIds = (session: ChatSession) => session.state.steps.map(({ node }) => node.id)

export function first(answers: readonly FakeAnswer[]): FakeAnswer {
  const answer = answers[0]
  if (answer === undefined) throw new Error('Nothing was asked.')
  return answer
}

/** c1 with one question, answered as run r1. */
export function houseWithOneAnswer() {
  const client = new FakeClient()
  const question = message({ text: 'first?' })
  const answer = message({ parentId: question.id, runId: 'r1', text: 'first.', profile: 'fast' })
  client.keep('c1', question, answer)
  return { client, question, answer }
}
