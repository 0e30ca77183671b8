import type { FinishReason, Usage } from '../common/contracts/generate-event.ts'
import type { ItemStatus, OutputItem, OutputPart, RunMessage } from '../common/contracts/run-event.ts'

/** One output item of the answer, in the order of `output_index`. */
export type Block = TextBlock | ToolCallBlock | PictureBlock

interface BlockBase {
  readonly itemId: string
  readonly outputIndex: number
  readonly status: ItemStatus
}

export interface TextBlock extends BlockBase {
  readonly kind: 'text' | 'reasoning' | 'refusal'
  readonly text: string
}

export interface ToolCallBlock extends BlockBase {
  readonly kind: 'tool_call'
  readonly callId: string
  readonly name: string
  readonly arguments: string
}

export interface PictureBlock extends BlockBase {
  readonly kind: 'picture'
  /** The whole picture, from its arrival on. */
  readonly picture: Picture | undefined
  /** Set once the store has it. */
  readonly blobId: string | undefined
}

export interface Picture {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** Which try at which target is talking. */
export interface AttemptName {
  /** From 1. */
  readonly attempt: number
  readonly provider: string
  readonly model: string
}

/** Everything the answer is so far. Immutable: every step returns the next one. */
export interface AnswerState {
  /** Makes item ids unique over runs. */
  readonly idSuffix: string
  readonly blocks: readonly Block[]
  /** Block ids of the adapter, unique within its attempt → index into `blocks`. Ended ones are gone. */
  readonly open: ReadonlyMap<string, number>
  readonly nextBlobNo: number
  readonly attempt: AttemptName | undefined
  readonly usage: Usage | undefined
  readonly finish: FinishReason | undefined
  /** Of this attempt: parameters that its vendor does not take. */
  readonly droppedParameters: readonly string[]
  readonly hasContent: boolean
}

/** An event without its number. */
export interface RunEventDraft {
  readonly message: RunMessage
  readonly bytes?: Uint8Array
}

export const emptyAnswer = (idSuffix: string): AnswerState => ({
  idSuffix,
  blocks: [],
  open: new Map(),
  nextBlobNo: 0,
  attempt: undefined,
  usage: undefined,
  finish: undefined,
  droppedParameters: [],
  hasContent: false,
})

/** The item of a block as clients see it, with what it has so far; `incomplete` was cut. */
export function describeItem(block: Block): OutputItem {
  const { itemId: id, status } = block
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return { type: 'message', id, role: 'assistant', status, content: [describePart(block)] }
    case 'reasoning':
      return { type: 'reasoning', id, status, content: [describePart(block)] }
    case 'tool_call':
      return {
        type: 'function_call',
        id,
        status,
        call_id: block.callId,
        name: block.name,
        arguments: block.arguments,
      }
    case 'picture':
      return {
        type: 'image_generation_call',
        id,
        status,
        ...(block.blobId === undefined ? {} : { blob_id: block.blobId }),
        ...(block.picture === undefined ? {} : { media_type: block.picture.mediaType }),
      }
  }
}

/** The item as it begins: its parts are yet to be added. */
export function describeNewItem(block: Block): OutputItem {
  const item = describeItem(block)
  return 'content' in item ? { ...item, content: [] } : item
}

export function describePart({ kind, text }: TextBlock): OutputPart {
  switch (kind) {
    case 'text':
      return { type: 'output_text', text }
    case 'reasoning':
      return { type: 'reasoning_text', text }
    case 'refusal':
      return { type: 'refusal', refusal: text }
  }
}
