import type { LiveAnswer, PictureFile } from '../../protocol/hearth-client.ts'
import type { Message } from '../../protocol/rest-api.ts'
import { isEnded, nothingSeen, type SeenWhileGiven } from './answer-view.ts'
import type { TreeNode } from './conversation-tree.ts'

/** A message of the conversation as the page shows it. Its id stays when history takes over what was live. */
export type ChatNode = TreeNode &
  (
    | { readonly kind: 'message'; readonly message: Message; readonly seen: SeenWhileGiven }
    | { readonly kind: 'question'; readonly question: AskedQuestion; readonly turn: Turn }
    | { readonly kind: 'answer'; readonly turn: Turn }
  )

export interface AskedQuestion {
  readonly text: string
  readonly pictures: readonly PictureFile[]
  readonly profile?: string
  readonly modalities?: readonly ('text' | 'image')[]
}

/** An answer being given, or one that history does not have. */
export interface Turn {
  readonly answerId: string
  /** Node that the answer stands under: the question of this page or one that history has. */
  readonly questionId: string | null
  readonly live: LiveAnswer
  readonly seen: () => SeenWhileGiven
  /** Undefined: it was asked elsewhere. */
  readonly asked: AskedHere | undefined
}

interface AskedHere {
  readonly question: AskedQuestion
  /** Node that the question stands under. */
  readonly parentId: string | null
  /** Messages there were before: none of them is this question. */
  readonly known: ReadonlySet<string>
}

/** Node ids of messages that were live before: message id → node id. */
export type Names = ReadonlyMap<string, string>

export const nameOf = (names: Names, messageId: string): string => names.get(messageId) ?? messageId

/** Which messages are what the turns asked and got. `settled` turns are in history, whole. */
export function claimMessages(
  messages: readonly Message[],
  turns: readonly Turn[],
  before: Names,
): { readonly names: Names; readonly settled: readonly Turn[] } {
  const names = new Map(before)
  const settled: Turn[] = []
  for (const turn of turns) {
    const answer = answerOf(messages, turn)
    const question = questionOf(messages, turn, answer, names)
    if (question !== undefined && turn.questionId !== null) names.set(question.id, turn.questionId)
    if (answer === undefined || !isEnded(turn.live.state.status)) continue
    names.set(answer.id, turn.answerId)
    settled.push(turn)
  }
  return { names, settled }
}

/**
 * Everything there is to show, oldest first: history, and what is not in it yet. `seen`: of messages that were live
 * before, by node id.
 */
export function chatNodes(
  messages: readonly Message[],
  turns: readonly Turn[],
  names: Names,
  seen: ReadonlyMap<string, SeenWhileGiven>,
): readonly ChatNode[] {
  const given = new Set(turns.flatMap((turn) => turn.live.state.responseId ?? []))
  const kept = messages.filter((message) => message.runId === null || !given.has(message.runId))
  const known = new Set(kept.map((message) => nameOf(names, message.id)))
  return [
    ...kept.map((message): ChatNode => {
      const id = nameOf(names, message.id)
      const parentId = message.parentId === null ? null : nameOf(names, message.parentId)
      return { kind: 'message', id, parentId, message, seen: seen.get(id) ?? nothingSeen }
    }),
    ...turns.flatMap((turn) => nodesOf(turn, known)),
  ]
}

/**
 * The question that an answer given elsewhere belongs to: nobody says, so the newest one without an answer that no other
 * turn has; without any, the newest message.
 */
export function openQuestion(messages: readonly Message[], turns: readonly Turn[], names: Names): string | null {
  const taken = new Set(turns.map((turn) => turn.questionId))
  const answered = new Set(messages.map((message) => message.parentId))
  const open = messages.filter(
    ({ id, role }) => role !== 'assistant' && !answered.has(id) && !taken.has(nameOf(names, id)),
  )
  const newest = open.at(-1) ?? messages.at(-1)
  return newest === undefined ? null : nameOf(names, newest.id)
}

function nodesOf(turn: Turn, known: ReadonlySet<string>): readonly ChatNode[] {
  const { answerId, questionId, asked } = turn
  const answer: ChatNode = { kind: 'answer', id: answerId, parentId: questionId, turn }
  if (asked === undefined || questionId === null || known.has(questionId)) return [answer]
  const { question, parentId } = asked
  return [{ kind: 'question', id: questionId, parentId, question, turn }, answer]
}

function answerOf(messages: readonly Message[], { live }: Turn): Message | undefined {
  const { responseId } = live.state
  return responseId === undefined ? undefined : messages.findLast((message) => message.runId === responseId)
}

/** Of an answer that history has, it says which question; else it is the one that came under the same parent. */
function questionOf(
  messages: readonly Message[],
  { asked, questionId }: Turn,
  answer: Message | undefined,
  names: Names,
): Message | undefined {
  if (asked === undefined || [...names.values()].includes(questionId ?? '')) return undefined
  if (answer !== undefined) return messages.find((message) => message.id === answer.parentId)
  const { question, parentId, known } = asked
  const isIt = (message: Message) =>
    message.role === 'user' &&
    !known.has(message.id) &&
    !names.has(message.id) &&
    (message.parentId === null ? null : nameOf(names, message.parentId)) === parentId &&
    textOf(message) === question.text
  return messages.find(isIt)
}

/** The text parts of a message, as one. */
export const textOf = (message: Message): string =>
  message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
