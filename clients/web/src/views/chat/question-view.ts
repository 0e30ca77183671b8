import type { PictureFile } from '../../protocol/hearth-client.ts'
import type { Message } from '../../protocol/rest-api.ts'
import { type PicturePart, type SeenWhileGiven, withPictures } from './answer-view.ts'
import { type ChatNode, textOf } from './chat-nodes.ts'

/** What was asked or told, as it is shown. */
export interface QuestionView {
  readonly role: 'user' | 'system' | 'tool'
  readonly text: string
  readonly pictures: readonly PicturePart[]
}

/** Undefined for an answer. */
export function questionView(node: ChatNode): QuestionView | undefined {
  switch (node.kind) {
    case 'answer':
      return undefined
    case 'question':
      return { role: 'user', text: node.question.text, pictures: node.question.pictures.map(sentPicture) }
    case 'message':
      return ofMessage(node.message, node.seen)
  }
}

function ofMessage(message: Message, seen: SeenWhileGiven): QuestionView | undefined {
  const { role } = message
  if (role === 'assistant') return undefined
  const text = role === 'tool' ? outputsOf(message) : textOf(message)
  return { role, text, pictures: withPictures(message.parts.flatMap(keptPicture), seen) }
}

const outputsOf = ({ parts }: Message): string =>
  parts.flatMap((part) => (part.type === 'tool_output' ? [part.output] : [])).join('\n')

function sentPicture(picture: PictureFile): PicturePart {
  return { kind: 'picture', picture, blobId: undefined, steps: 1, isGrowing: false }
}

function keptPicture(part: Message['parts'][number]): readonly PicturePart[] {
  if (part.type !== 'image') return []
  return [{ kind: 'picture', picture: undefined, blobId: part.blobId, steps: 1, isGrowing: false }]
}

/** Outputs of tools in these nodes, by the call they answer. */
export function toolOutputs(nodes: readonly ChatNode[]): ReadonlyMap<string, string> {
  const parts = nodes.flatMap((node) => (node.kind === 'message' ? node.message.parts : []))
  return new Map(parts.flatMap((part) => (part.type === 'tool_output' ? [[part.callId, part.output] as const] : [])))
}
