import type { OutputItem, OutputPart } from '../../../../services/common/contracts/run-event.ts'
import type { AnswerItem, AnswerState } from './answer-state.ts'

/**
 * An item as a view shows it, new or of a snapshot; undefined for a kind we do not know. A snapshot has no bytes: a
 * picture that was seen `before` stays, unless a sharper one is kept at the house.
 */
export function shownItem(item: OutputItem, before: AnswerItem | undefined): AnswerItem | undefined {
  const { id } = item
  const isDone = item.status !== 'in_progress'
  switch (item.type) {
    case 'message':
    case 'reasoning':
      return {
        kind: item.type === 'reasoning' ? 'reasoning' : kindOf(item.content[0]),
        id,
        text: item.content.map(textOf).join(''),
        isDone,
      }
    case 'function_call':
      return { kind: 'tool_call', id, name: item.name, arguments: item.arguments, isDone }
    case 'image_generation_call': {
      const seen = before?.kind === 'picture' ? before : undefined
      const isFinalSeen = seen?.blobId !== undefined && seen.blobId === item.blob_id
      const picture = item.blob_id === undefined || isFinalSeen ? seen?.picture : undefined
      return { kind: 'picture', id, picture, steps: seen?.steps ?? 0, blobId: item.blob_id, isDone }
    }
    default:
      return undefined
  }
}

/** A part begins: only now it shows whether a message is a refusal. */
export const partBegun = (item: AnswerItem, part: OutputPart): AnswerItem =>
  item.kind === 'text' && part.type === 'refusal' ? { ...item, kind: 'refusal' } : item

const kindOf = (part: OutputPart | undefined): 'text' | 'refusal' => (part?.type === 'refusal' ? 'refusal' : 'text')

const textOf = (part: OutputPart): string => (part.type === 'refusal' ? part.refusal : part.text)

/** A picture came whole. Nothing replaces the final one. */
export function sharpen(
  state: AnswerState,
  itemId: string,
  picture: { readonly mediaType: string; readonly bytes: Uint8Array },
): AnswerState {
  return withPicture(state, itemId, (item) => ({ ...item, picture, steps: item.steps + 1 }))
}

/** The bytes of a final picture will not come: what is shown must be fetched by its `blobId`. */
export const missPicture = (state: AnswerState, itemId: string): AnswerState =>
  withPicture(state, itemId, (item) => ({ ...item, picture: undefined }))

type PictureItem = Extract<AnswerItem, { kind: 'picture' }>

function withPicture(state: AnswerState, itemId: string, how: (item: PictureItem) => PictureItem): AnswerState {
  const items = state.items.map((item) => (item.id === itemId && item.kind === 'picture' ? how(item) : item))
  return { ...state, items }
}
