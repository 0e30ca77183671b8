import type { GenerateEvent } from '../../common/contracts/generate-event.ts'
import { takePortable, toPortable } from '../portable-text.ts'
import { streamError } from '../vendor-failure.ts'
import type { OutputItem } from './wire-schema.ts'

/** Where the vendor puts a block: `part` of item `output` of its answer. */
export interface BlockPlace {
  readonly kind: 'text' | 'reasoning' | 'refusal' | 'call'
  readonly output: number
  readonly part: number
}

export interface OpenBlock extends BlockPlace {
  readonly id: string
  /** Begun character, kept back until the rest of it comes. */
  readonly half: string
  /** Some of its text has come. */
  readonly isWritten: boolean
}

/** What a Responses stream has said so far. */
export interface ResponseBlocks {
  /** Given to calls that the vendor leaves without an id. */
  readonly callIdPrefix: string
  /** Blocks opened so far; names the next one. */
  readonly count: number
  /** How many of them are calls. */
  readonly calls: number
  readonly open: readonly OpenBlock[]
}

export const beginBlocks = (callIdPrefix: string): ResponseBlocks => ({ callIdPrefix, count: 0, calls: 0, open: [] })

export const findBlock = (blocks: ResponseBlocks, place: BlockPlace): OpenBlock | undefined =>
  blocks.open.find(({ kind, output, part }) => kind === place.kind && output === place.output && part === place.part)

/** Adds text to the block at `place`, which begins with it. @throws HearthError `provider_stream_error` for a call never announced. */
export function writeBlock(
  blocks: ResponseBlocks,
  place: BlockPlace,
  text: string,
  events: GenerateEvent[],
): ResponseBlocks {
  if (text === '') return blocks
  const known = findBlock(blocks, place)
  const [opened, block] = known === undefined ? openText(blocks, place, events) : ([blocks, known] as const)
  const whole = takePortable(block.half, text)
  if (whole.text !== '') events.push(deltaOf(block, whole.text))
  if (block.isWritten && whole.half === block.half) return opened
  const written = { ...block, half: whole.half, isWritten: true }
  return { ...opened, open: opened.open.map((each) => (each === block ? written : each)) }
}

function deltaOf({ kind, id }: OpenBlock, text: string): GenerateEvent {
  return kind === 'call' ? { type: 'tool-call-delta', id, arguments: text } : { type: `${kind}-delta`, id, text }
}

type Opened = readonly [ResponseBlocks, OpenBlock]

function openText(blocks: ResponseBlocks, place: BlockPlace, events: GenerateEvent[]): Opened {
  const { kind } = place
  if (kind === 'call') throw streamError('The vendor sent a piece of a tool call that it never announced')
  const [next, block] = addBlock(blocks, place)
  events.push({ type: `${kind}-start`, id: block.id })
  return [next, block]
}

/** A call is announced. @throws HearthError `provider_stream_error` for a call without a name. */
export function openCall(
  blocks: ResponseBlocks,
  place: BlockPlace,
  item: OutputItem,
  events: GenerateEvent[],
): ResponseBlocks {
  if (!item.name) throw streamError('The vendor sent a tool call without a name')
  const [next, block] = addBlock(blocks, place)
  const callId = toPortable(item.call_id || `${blocks.callIdPrefix}${blocks.calls}`)
  events.push({ type: 'tool-call-start', id: block.id, callId, name: toPortable(item.name) })
  return { ...next, calls: blocks.calls + 1 }
}

function addBlock(blocks: ResponseBlocks, place: BlockPlace): Opened {
  const block = { ...place, id: `b${blocks.count}`, half: '', isWritten: false }
  return [{ ...blocks, count: blocks.count + 1, open: [...blocks.open, block] }, block]
}

/** Ends the open blocks that `ends` names, in the order in which they began. */
export function closeBlocks(
  blocks: ResponseBlocks,
  ends: (block: OpenBlock) => boolean,
  events: GenerateEvent[],
): ResponseBlocks {
  const kept = blocks.open.filter((block) => !ends(block))
  if (kept.length === blocks.open.length) return blocks
  for (const block of blocks.open) if (ends(block)) events.push(endOf(block))
  return { ...blocks, open: kept }
}

const endOf = ({ kind, id }: OpenBlock): GenerateEvent =>
  kind === 'call' ? { type: 'tool-call-end', id } : { type: `${kind}-end`, id }
