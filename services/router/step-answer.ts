import { createHash } from 'node:crypto'
import type { GenerateEvent, Usage } from '../common/contracts/generate-event.ts'
import type { BlobAnnouncement, ItemStatus } from '../common/contracts/run-event.ts'
import { HearthError } from '../common/errors/hearth-error.ts'
import {
  type AnswerState,
  type AttemptName,
  type Block,
  describeItem,
  describeNewItem,
  describePart,
  type Picture,
  type PictureBlock,
  type RunEventDraft,
  type TextBlock,
  type ToolCallBlock,
} from './answer-state.ts'

/** What follows from one step. `keep`: pictures the store must have before they can be announced, by output index. */
export interface AnswerStep {
  readonly state: AnswerState
  readonly events: readonly RunEventDraft[]
  readonly keep: readonly { readonly outputIndex: number; readonly picture: Picture }[]
}

/** A step in the making: one shallow copy per batch, written to until it is returned. */
interface Draft {
  blocks: Block[]
  /** Replaced, not written to: few batches open or end a block. */
  open: AnswerState['open']
  nextBlobNo: number
  usage: Usage | undefined
  finish: AnswerState['finish']
  droppedParameters: readonly string[]
  hasContent: boolean
  readonly idSuffix: string
  readonly attempt: AttemptName | undefined
  /** How text and calls end that end in this batch: a finish by a limit closes its blocks in the same batch. */
  readonly endsAs: Exclude<ItemStatus, 'in_progress'>
  readonly events: RunEventDraft[]
  readonly keep: { outputIndex: number; picture: Picture }[]
  /** The block that deltas of this batch go to: copied at the first of them, then written to. */
  growing: Growing | undefined
}

interface Growing {
  readonly id: string
  readonly block: Writable<TextBlock> | Writable<ToolCallBlock>
}

type Writable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] }

/**
 * One batch of an adapter → what the client sees. Pure. What comes after `finish` is ignored.
 * @throws HearthError `provider_stream_error` when events do not fit together (a delta of a block that is not open).
 */
export const stepAnswer = (state: AnswerState, batch: readonly GenerateEvent[]): AnswerStep =>
  step(
    state,
    (draft) => {
      for (const event of batch) if (draft.finish === undefined) apply(draft, event)
    },
    batch.some(isCutting) ? 'incomplete' : 'completed',
  )

const isCutting = (event: GenerateEvent): boolean =>
  event.type === 'finish' && (event.reason === 'length' || event.reason === 'content_filter')

/** A new try begins: its block ids are its own, and it must bring its own `finish`. */
export const beginAttempt = (state: AnswerState, attempt: AttemptName): AnswerStep => {
  const next = { ...state, attempt, open: new Map(), finish: undefined, droppedParameters: [], hasContent: false }
  return step(next, (draft) => emit(draft, inProgress(attempt, { phase: 'connecting' })))
}

/** The store has the picture: it is announced whole. */
export const announcePicture = (state: AnswerState, outputIndex: number, blobId: string): AnswerStep =>
  step(state, (draft) => {
    const block = draft.blocks[outputIndex]
    if (block?.kind !== 'picture' || block.picture === undefined || block.status !== 'in_progress') return
    const done: PictureBlock = { ...block, blobId, status: 'completed' }
    draft.blocks[outputIndex] = done
    const announcement = announce(draft, block.picture)
    const message = { type: 'response.image_generation_call.completed', ...position(block), blob_id: blobId } as const
    draft.events.push({ message: { ...message, ...announcement }, bytes: block.picture.bytes })
    emit(draft, itemDone(done))
  })

/** The run ends: every item that is still open gets its done events, marked as cut unless the run came to its own end. */
export const closeAnswer = (state: AnswerState, status: Exclude<ItemStatus, 'in_progress'>): AnswerStep =>
  step(state, (draft) => {
    for (const block of draft.blocks) if (block.status === 'in_progress') endBlock(draft, block, status)
    draft.open = new Map()
  })

function step(state: AnswerState, work: (draft: Draft) => void, endsAs: Draft['endsAs'] = 'completed'): AnswerStep {
  const made = { endsAs, events: [], keep: [], growing: undefined }
  const draft: Draft = { ...state, blocks: [...state.blocks], ...made }
  work(draft)
  return { state: stateOf(draft), events: draft.events, keep: draft.keep }
}

/** Field by field: a rest of all others costs several times as much, for every batch. */
function stateOf(draft: Draft): AnswerState {
  const { idSuffix, blocks, open, nextBlobNo, attempt, usage, finish, droppedParameters, hasContent } = draft
  return { idSuffix, blocks, open, nextBlobNo, attempt, usage, finish, droppedParameters, hasContent }
}

function apply(draft: Draft, event: GenerateEvent): void {
  switch (event.type) {
    case 'text-start':
    case 'reasoning-start':
    case 'refusal-start':
      startText(draft, event.id, textKinds[event.type])
      break
    case 'text-delta':
    case 'reasoning-delta':
    case 'refusal-delta':
      appendText(draft, event.id, textKinds[event.type], event.text)
      break
    case 'tool-call-start':
      startToolCall(draft, event.id, event.callId, event.name)
      break
    case 'tool-call-delta':
      appendArguments(draft, event.id, event.arguments)
      break
    case 'text-end':
    case 'reasoning-end':
    case 'refusal-end':
    case 'tool-call-end':
      endNamed(draft, event.id)
      break
    case 'image-partial':
    case 'image':
      takePicture(draft, event)
      break
    default:
      applyBare(draft, event)
      break
  }
}

/** Events that belong to no block. */
function applyBare(
  draft: Draft,
  event: Extract<GenerateEvent, { type: 'phase' | 'parameters-dropped' | 'usage' | 'finish' }>,
): void {
  switch (event.type) {
    case 'parameters-dropped':
      draft.droppedParameters = event.names
      return
    case 'phase':
      if (draft.attempt !== undefined) emit(draft, inProgress(draft.attempt, event))
      return
    case 'usage':
      draft.usage = addUsage(draft.usage, event.usage)
      return
    case 'finish':
      draft.finish = event.reason
      for (const index of draft.open.values()) endOpen(draft, index)
      draft.open = new Map()
  }
}

const textKinds = {
  'text-start': 'text',
  'text-delta': 'text',
  'reasoning-start': 'reasoning',
  'reasoning-delta': 'reasoning',
  'refusal-start': 'refusal',
  'refusal-delta': 'refusal',
} as const

const deltaTypes = {
  text: 'response.output_text.delta',
  reasoning: 'response.reasoning_text.delta',
  refusal: 'response.refusal.delta',
} as const

function startText(draft: Draft, id: string, kind: TextBlock['kind']): void {
  const block: TextBlock = { ...newBlock(draft, kind === 'reasoning' ? 'rs' : 'msg'), kind, text: '' }
  open(draft, id, block)
  emit(draft, { type: 'response.content_part.added', ...partPosition(block), part: describePart(block) })
}

function appendText(draft: Draft, id: string, kind: TextBlock['kind'], delta: string): void {
  const block = grow(draft, id)
  if (block.kind !== kind) throw misfit(id)
  block.text += delta
  draft.hasContent = true
  const { itemId, outputIndex } = block
  emit(draft, { type: deltaTypes[kind], item_id: itemId, output_index: outputIndex, content_index: 0, delta })
}

/** The open block of that id, to be written to. */
function grow(draft: Draft, id: string): Growing['block'] {
  if (draft.growing?.id === id) return draft.growing.block
  const block = findOpen(draft, id)
  if (block.kind === 'picture') throw misfit(id)
  draft.growing = { id, block: { ...block } }
  draft.blocks[block.outputIndex] = draft.growing.block
  return draft.growing.block
}

function startToolCall(draft: Draft, id: string, callId: string, name: string): void {
  const block: ToolCallBlock = { ...newBlock(draft, 'fc'), kind: 'tool_call', callId, name, arguments: '' }
  draft.hasContent = true
  open(draft, id, block)
}

function appendArguments(draft: Draft, id: string, delta: string): void {
  const block = grow(draft, id)
  if (block.kind !== 'tool_call') throw misfit(id)
  block.arguments += delta
  emit(draft, { type: 'response.function_call_arguments.delta', ...position(block), delta })
}

function takePicture(draft: Draft, event: Extract<GenerateEvent, { type: 'image-partial' | 'image' }>): void {
  if (!draft.open.has(event.id)) startPicture(draft, event.id)
  const block = findOpen(draft, event.id)
  if (block.kind !== 'picture') throw misfit(event.id)
  draft.hasContent = true
  if (event.type === 'image') finishPicture(draft, event.id, block, event)
  else announcePartial(draft, block, event)
}

function announcePartial(draft: Draft, block: PictureBlock, event: Extract<GenerateEvent, { type: 'image-partial' }>) {
  const message = { type: 'response.image_generation_call.partial_image', ...position(block) } as const
  const announcement = announce(draft, event)
  draft.events.push({ message: { ...message, partial_image_index: event.index, ...announcement }, bytes: event.bytes })
}

function startPicture(draft: Draft, id: string): void {
  const block: PictureBlock = { ...newBlock(draft, 'ig'), kind: 'picture', picture: undefined, blobId: undefined }
  open(draft, id, block)
  emit(draft, { type: 'response.image_generation_call.in_progress', ...position(block) })
  emit(draft, { type: 'response.image_generation_call.generating', ...position(block) })
}

function finishPicture(draft: Draft, id: string, block: PictureBlock, { mediaType, bytes }: Picture): void {
  const picture = { mediaType, bytes }
  draft.blocks[block.outputIndex] = { ...block, picture }
  draft.open = without(draft.open, id)
  draft.keep.push({ outputIndex: block.outputIndex, picture })
}

function open(draft: Draft, id: string, block: Block): void {
  if (draft.open.has(id)) throw misfit(id)
  draft.open = new Map(draft.open).set(id, block.outputIndex)
  draft.blocks.push(block)
  emit(draft, {
    type: 'response.output_item.added',
    output_index: block.outputIndex,
    item: describeNewItem(block),
  })
}

function endNamed(draft: Draft, id: string): void {
  const index = draft.open.get(id)
  if (index === undefined) return
  draft.open = without(draft.open, id)
  endOpen(draft, index)
}

function without(open: AnswerState['open'], id: string): AnswerState['open'] {
  const left = new Map(open)
  left.delete(id)
  return left
}

function endOpen(draft: Draft, index: number): void {
  const block = draft.blocks[index]
  if (block !== undefined) endBlock(draft, block, block.kind === 'picture' ? 'incomplete' : draft.endsAs)
}

function endBlock(draft: Draft, block: Block, status: Exclude<ItemStatus, 'in_progress'>): void {
  const done: Block = { ...block, status }
  draft.blocks[block.outputIndex] = done
  draft.growing = undefined
  switch (block.kind) {
    case 'text':
    case 'reasoning':
    case 'refusal': {
      emit(draft, textDone(block))
      emit(draft, { type: 'response.content_part.done', ...partPosition(block), part: describePart(block) })
      break
    }
    case 'tool_call':
      emit(draft, {
        type: 'response.function_call_arguments.done',
        ...position(block),
        arguments: block.arguments,
      })
      break
    case 'picture':
      break
  }
  emit(draft, itemDone(done))
}

function textDone(block: TextBlock): RunEventDraft['message'] {
  const at = partPosition(block)
  if (block.kind === 'refusal') return { type: 'response.refusal.done', ...at, refusal: block.text }
  const type = block.kind === 'text' ? 'response.output_text.done' : 'response.reasoning_text.done'
  return { type, ...at, text: block.text }
}

const newBlock = (draft: Draft, prefix: string) => {
  const outputIndex = draft.blocks.length
  return { itemId: `${prefix}_${draft.idSuffix}_${outputIndex}`, outputIndex, status: 'in_progress' } as const
}

function findOpen(draft: Draft, id: string): Block {
  const block = draft.blocks[draft.open.get(id) ?? -1]
  if (block === undefined) throw misfit(id)
  return block
}

const misfit = (id: string) =>
  new HearthError('provider_stream_error', `The adapter's events about block "${id}" do not fit together; try again.`)

const emit = (draft: Draft, message: RunEventDraft['message']): void => void draft.events.push({ message })

const position = (block: Block) => ({ item_id: block.itemId, output_index: block.outputIndex })
const partPosition = (block: Block) => ({ ...position(block), content_index: 0 })

const itemDone = (block: Block) =>
  ({
    type: 'response.output_item.done',
    output_index: block.outputIndex,
    item: describeItem(block),
  }) as const

const inProgress = (name: AttemptName, at: Pick<Extract<GenerateEvent, { type: 'phase' }>, 'phase' | 'progress'>) =>
  ({
    type: 'response.in_progress',
    phase: at.phase,
    ...(at.progress === undefined ? {} : { progress: at.progress }),
    ...name,
  }) as const

function announce(draft: Draft, picture: Picture): BlobAnnouncement {
  const blobNo = draft.nextBlobNo
  draft.nextBlobNo += 1
  return {
    blob_no: blobNo,
    media_type: picture.mediaType,
    byte_length: picture.bytes.byteLength,
    sha256: createHash('sha256').update(picture.bytes).digest('hex'),
  }
}

/** A run of two attempts (text, then a picture) counts both. */
function addUsage(first: Usage | undefined, second: Usage): Usage {
  if (first === undefined) return second
  const cachedTokens = (first.cachedTokens ?? 0) + (second.cachedTokens ?? 0)
  const reasoningTokens = (first.reasoningTokens ?? 0) + (second.reasoningTokens ?? 0)
  return {
    inputTokens: first.inputTokens + second.inputTokens,
    outputTokens: first.outputTokens + second.outputTokens,
    ...(cachedTokens === 0 ? {} : { cachedTokens }),
    ...(reasoningTokens === 0 ? {} : { reasoningTokens }),
  }
}
