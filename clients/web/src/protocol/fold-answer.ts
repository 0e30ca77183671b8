import type { RunStatus } from '../../../../services/common/contracts/run-event.ts'
import type { AnswerItem, AnswerState } from './answer-state.ts'
import { partBegun, shownItem } from './fold-items.ts'
import { answerElsewhere, toldFailure } from './hearth-failure.ts'
import type { NumberedMessage } from './messages.ts'
import type { AnnouncedPicture } from './picture-assembly.ts'

export interface FoldContext {
  /** Epoch milliseconds. */
  readonly now: number
  /** Pictures up to this number are announced without their bytes (`response.attached`); -1: none. */
  readonly withoutBytesUpTo: number
}

export interface Folded {
  readonly state: AnswerState
  /** Numbers are missing: what followed was left out, and must be read again after `state.lastSequenceNumber`. */
  readonly hasGap: boolean
  /** Pictures whose bytes follow. */
  readonly announced: readonly AnnouncedPicture[]
}

type Writable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] }
type GrowingItem = Writable<Extract<AnswerItem, { kind: 'text' | 'reasoning' | 'refusal' | 'tool_call' }>>
type Terminal = Extract<NumberedMessage, { type: `response.${RunStatus}` }>

/** A state in the making: one shallow copy per batch, written to until it is returned. */
interface Draft {
  readonly state: Writable<AnswerState>
  readonly items: AnswerItem[]
  /** The item that deltas of this batch go to: copied at the first of them, then written to. */
  growing: GrowingItem | undefined
  readonly announced: AnnouncedPicture[]
  readonly context: FoldContext
}

/** What one read of the socket says about one answer → its next state. Pure; the same object when nothing is new. */
export function foldAnswer(state: AnswerState, batch: readonly NumberedMessage[], context: FoldContext): Folded {
  const items = [...state.items]
  const draft: Draft = { state: { ...state, items }, items, growing: undefined, announced: [], context }
  let hasGap = false
  for (const message of batch) {
    const place = placeOf(draft.state.lastSequenceNumber, message)
    if (place === 'known') continue
    hasGap = place === 'later'
    if (hasGap) break
    apply(draft, message)
    draft.state.lastSequenceNumber = message.sequence_number
  }
  const isNew = draft.state.lastSequenceNumber !== state.lastSequenceNumber
  return { state: isNew ? draft.state : state, hasGap, announced: draft.announced }
}

/** Numbers have no gap; a joined delta is a range of them, and a snapshot stands for all up to its own. */
function placeOf(last: number, message: NumberedMessage): 'known' | 'next' | 'later' {
  if (message.sequence_number <= last) return 'known'
  if (message.type === 'response.snapshot') return 'next'
  const first =
    ('first_sequence_number' in message ? message.first_sequence_number : undefined) ?? message.sequence_number
  return first === last + 1 ? 'next' : 'later'
}

function apply(draft: Draft, message: NumberedMessage): void {
  if ('delta' in message) append(draft, message.item_id, message.delta)
  else if (message.type.startsWith('response.image_generation_call.')) applyPicture(draft, message)
  else applyRare(draft, message)
}

function append(draft: Draft, itemId: string, delta: string): void {
  const item = draft.growing?.id === itemId ? draft.growing : grow(draft, itemId)
  if (item === undefined) return
  if (item.kind === 'tool_call') item.arguments += delta
  else item.text += delta
  noteContent(draft)
}

/** Its copy of this batch. */
function grow(draft: Draft, itemId: string): GrowingItem | undefined {
  const index = indexOf(draft, itemId)
  const item = draft.items[index]
  if (item === undefined || item.kind === 'picture') return undefined
  draft.growing = { ...item }
  draft.items[index] = draft.growing
  return draft.growing
}

function noteContent({ state, context }: Draft): void {
  state.phase = undefined
  if (state.times.firstContent === undefined) state.times = { ...state.times, firstContent: context.now }
}

function applyRare(draft: Draft, message: NumberedMessage): void {
  const { state } = draft
  switch (message.type) {
    case 'response.created':
      state.responseId = message.response_id
      state.conversation = message.conversation
      state.profile = message.profile
      state.status = 'in_progress'
      break
    case 'response.queued':
      state.status = 'queued'
      state.queuePosition = message.position
      break
    case 'response.in_progress':
      enterPhase(state, message)
      break
    case 'response.output_item.added':
      add(draft, shownItem(message.item, undefined))
      break
    case 'response.content_part.added':
      change(draft, message.item_id, (item) => partBegun(item, message.part))
      break
    case 'response.output_item.done':
      change(draft, message.item.id, (item) => ({ ...item, isDone: true }))
      break
    case 'response.snapshot':
      replaceAll(draft, message)
      break
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
    case 'response.cancelled':
      end(draft, message)
      break
    default:
      // The text of done events is what the deltas brought; types we do not know only count.
      break
  }
}

function enterPhase(
  state: Writable<AnswerState>,
  { phase, progress, attempt, provider, model }: Extract<NumberedMessage, { type: 'response.in_progress' }>,
): void {
  state.status = 'in_progress'
  state.queuePosition = 0
  state.phase = { phase, attempt, provider, model, ...(progress === undefined ? {} : { progress }) }
}

function replaceAll(draft: Draft, { response }: Extract<NumberedMessage, { type: 'response.snapshot' }>): void {
  const { state, items } = draft
  const before = new Map(items.map((item) => [item.id, item]))
  const next = response.output.flatMap((item) => shownItem(item, before.get(item.id)) ?? [])
  items.splice(0, items.length, ...next)
  draft.growing = undefined
  state.responseId = response.id
  state.conversation = response.conversation
  state.profile = response.profile
  state.status = response.status
  state.queuePosition = 0
  if (items.length > 0) noteContent(draft)
  if (response.status === 'in_progress') return
  // It holds the end: no terminal event follows, and what that would tell is in the conversation.
  state.phase = undefined
  state.times = { ...state.times, ended: draft.context.now }
  if (response.status === 'failed') state.failure = answerElsewhere(response.id)
}

function end({ state, context }: Draft, message: Terminal): void {
  state.status = message.response.status
  state.conversation = message.response.conversation
  state.profile = message.response.profile
  state.final = message.response
  state.phase = undefined
  state.queuePosition = 0
  state.times = { ...state.times, ended: context.now }
  if (message.type === 'response.failed') state.failure = toldFailure(message.error, message.response_id)
}

function applyPicture(draft: Draft, message: NumberedMessage): void {
  if (message.type === 'response.image_generation_call.partial_image') {
    noteContent(draft)
    announce(draft, message, false)
  } else if (message.type === 'response.image_generation_call.completed') {
    const comes = announce(draft, message, true)
    noteContent(draft)
    change(draft, message.item_id, (item) =>
      item.kind === 'picture' ? { ...item, blobId: message.blob_id, ...(comes ? {} : { picture: undefined }) } : item,
    )
  }
}

/** @returns whether its bytes follow. */
function announce(
  { announced, context }: Draft,
  message: Extract<NumberedMessage, { blob_no: number }>,
  isFinal: boolean,
): boolean {
  if (message.sequence_number <= context.withoutBytesUpTo) return false
  announced.push({
    itemId: message.item_id,
    blobNo: message.blob_no,
    mediaType: message.media_type,
    byteLength: message.byte_length,
    isFinal,
  })
  return true
}

function add({ items }: Draft, item: AnswerItem | undefined): void {
  if (item !== undefined) items.push(item)
}

function change(draft: Draft, itemId: string, how: (item: AnswerItem) => AnswerItem): void {
  const index = indexOf(draft, itemId)
  const item = draft.items[index]
  if (item === undefined) return
  draft.items[index] = how(item)
  if (draft.growing?.id === itemId) draft.growing = undefined
}

/** Changes are at the end, nearly always. */
const indexOf = ({ items }: Draft, itemId: string): number => items.findLastIndex(({ id }) => id === itemId)
