import fc from 'fast-check'
import type { AnswerItem, AnswerState } from '../../../../clients/web/src/protocol/answer-state.ts'
import type { NumberedMessage } from '../../../../clients/web/src/protocol/messages.ts'
import type { OutputItem, RunEvent, RunMessage, RunStatus } from '../../../../services/common/contracts/run-event.ts'
import { joinDeltas } from '../../../../services/gateway/sending/join-deltas.ts'

/** One item of an answer, as a model gives it. */
export type ItemScript =
  | { readonly kind: 'text' | 'reasoning' | 'refusal' | 'tool_call'; readonly deltas: readonly string[] }
  | { readonly kind: 'picture'; readonly partials: number; readonly isFinal: boolean }

export interface AnswerScript {
  readonly items: readonly ItemScript[]
  readonly status: RunStatus
}

const deltas = fc.array(fc.string({ maxLength: 6 }), { maxLength: 8 })

export const anyScript: fc.Arbitrary<AnswerScript> = fc.record({
  items: fc.array(
    fc.oneof(
      fc.record({ kind: fc.constantFrom('text', 'reasoning', 'refusal', 'tool_call'), deltas }),
      fc.record({
        kind: fc.constant('picture' as const),
        partials: fc.integer({ min: 0, max: 3 }),
        isFinal: fc.boolean(),
      }),
    ),
    { maxLength: 4 },
  ),
  status: fc.constantFrom('completed', 'incomplete', 'failed', 'cancelled'),
})

const target = { provider: 'demo', model: 'demo' } as const

/** The events of a run that gives this answer, numbered from 0. */
export function eventsOf({ items, status }: AnswerScript): readonly RunEvent[] {
  const messages: RunMessage[] = [
    { type: 'response.created', profile: 'assistant', conversation: 'conv_1' },
    { type: 'response.queued', position: 1 },
    { type: 'response.in_progress', phase: 'connecting', attempt: 1, ...target },
    ...items.flatMap((item, index) => itemMessages(item, index)),
    endOf(status),
  ]
  return messages.map((message, sequenceNumber) => ({ sequenceNumber, message }))
}

function endOf(status: RunStatus): RunMessage {
  const response = {
    id: 'run_1',
    status,
    finish_reason: 'stop',
    conversation: 'conv_1',
    profile: 'assistant',
    ...target,
    usage: null,
    attempts: [],
  } as const
  if (status !== 'failed') return { type: `response.${status}`, response }
  const error = { type: 'api_error', code: 'provider_server_error', message: 'Try again.', retryable: true } as const
  return { type: 'response.failed', response, error }
}

function itemMessages(script: ItemScript, index: number): readonly RunMessage[] {
  const at = { item_id: `item_${index}`, output_index: index }
  const added: RunMessage = {
    type: 'response.output_item.added',
    output_index: index,
    item: itemOf(script, index, '', false),
  }
  const text = script.kind === 'picture' ? '' : script.deltas.join('')
  const done: RunMessage = {
    type: 'response.output_item.done',
    output_index: index,
    item: itemOf(script, index, text, true),
  }
  switch (script.kind) {
    case 'tool_call': {
      const type = 'response.function_call_arguments.delta' as const
      const end = { type: 'response.function_call_arguments.done', ...at, arguments: text } as const
      return [added, ...script.deltas.map((delta) => ({ type, ...at, delta })), end, done]
    }
    case 'picture':
      return [added, ...pictureMessages(script, index), done]
    default:
      return [added, ...textMessages(script.kind, script.deltas, index), done]
  }
}

const deltaTypes = {
  text: 'response.output_text.delta',
  reasoning: 'response.reasoning_text.delta',
  refusal: 'response.refusal.delta',
} as const

function textMessages(kind: keyof typeof deltaTypes, parts: readonly string[], index: number): readonly RunMessage[] {
  const at = { item_id: `item_${index}`, output_index: index, content_index: 0 }
  const text = parts.join('')
  return [
    { type: 'response.content_part.added', ...at, part: partOf(kind, '') },
    ...parts.map((delta) => ({ type: deltaTypes[kind], ...at, delta })),
    kind === 'refusal'
      ? { type: 'response.refusal.done', ...at, refusal: text }
      : { type: kind === 'text' ? 'response.output_text.done' : 'response.reasoning_text.done', ...at, text },
    { type: 'response.content_part.done', ...at, part: partOf(kind, text) },
  ]
}

function pictureMessages(
  { partials, isFinal }: Extract<ItemScript, { kind: 'picture' }>,
  index: number,
): readonly RunMessage[] {
  const at = { item_id: `item_${index}`, output_index: index }
  const blob = (no: number) => ({
    blob_no: index * 10 + no,
    media_type: 'image/png',
    byte_length: 4,
    sha256: '0'.repeat(64),
  })
  const rough = Array.from({ length: partials }, (_, no) => {
    const type = 'response.image_generation_call.partial_image' as const
    return { type, ...at, partial_image_index: no, ...blob(no) }
  })
  const type = 'response.image_generation_call.completed' as const
  return [...rough, ...(isFinal ? [{ type, ...at, blob_id: `blob_${index}`, ...blob(9) }] : [])]
}

const partOf = (kind: keyof typeof deltaTypes, text: string) =>
  kind === 'refusal'
    ? ({ type: 'refusal', refusal: text } as const)
    : ({ type: kind === 'text' ? 'output_text' : 'reasoning_text', text } as const)

/** As the house describes it, in events and snapshots. `text`: as far as it came; undefined: its part has not begun. */
function itemOf(script: ItemScript, index: number, text: string, isDone: boolean, hasBlob = isDone): OutputItem {
  const id = `item_${index}`
  const status = isDone ? 'completed' : 'in_progress'
  const isBegun = isDone || text !== ''
  switch (script.kind) {
    case 'tool_call':
      return { type: 'function_call', id, status, call_id: `call_${index}`, name: 'look_up', arguments: text }
    case 'picture':
      return {
        type: 'image_generation_call',
        id,
        status,
        ...(script.isFinal && hasBlob ? { blob_id: `blob_${index}` } : {}),
      }
    case 'reasoning':
      return { type: 'reasoning', id, status, content: isBegun ? [partOf('reasoning', text)] : [] }
    default:
      return { type: 'message', id, role: 'assistant', status, content: isBegun ? [partOf(script.kind, text)] : [] }
  }
}

/** The snapshot of what the events up to number `upTo` brought; read from the events alone. */
export function snapshotOf(script: AnswerScript, upTo: number): RunEvent {
  const past = eventsOf(script).slice(0, upTo + 1)
  const output = script.items.flatMap((item, index) => {
    const own = past.filter(({ message }) => isAbout(message, index))
    if (own.length === 0) return []
    const text = own.map(({ message }) => ('delta' in message ? message.delta : '')).join('')
    const types = own.map(({ message }) => message.type)
    const hasBlob = types.includes('response.image_generation_call.completed')
    const shown = itemOf(item, index, text, types.includes('response.output_item.done'), hasBlob)
    const isBegun = types.includes('response.content_part.added') && 'content' in shown && shown.content.length === 0
    return isBegun && (item.kind === 'text' || item.kind === 'refusal' || item.kind === 'reasoning')
      ? [{ ...shown, content: [partOf(item.kind, text)] }]
      : [shown]
  })
  const response = { id: 'run_1', status: 'in_progress', conversation: 'conv_1', profile: 'assistant', output } as const
  return { sequenceNumber: upTo, message: { type: 'response.snapshot', response } }
}

function isAbout(message: RunMessage, index: number): boolean {
  if (message.type === 'response.output_item.added' || message.type === 'response.output_item.done') {
    return message.output_index === index
  }
  return 'item_id' in message && message.item_id === `item_${index}`
}

/** What a client must have in the end, as the script says it. Pictures without their bytes. */
export function expectedOf({ items, status }: AnswerScript): Partial<AnswerState> {
  return {
    status,
    responseId: 'run_1',
    conversation: 'conv_1',
    profile: 'assistant',
    phase: undefined,
    queuePosition: 0,
    items: items.map(expectedItem),
  }
}

function expectedItem(script: ItemScript, index: number): AnswerItem {
  const id = `item_${index}`
  if (script.kind === 'picture') {
    const blobId = script.isFinal ? `blob_${index}` : undefined
    return { kind: 'picture', id, picture: undefined, steps: 0, blobId, isDone: true }
  }
  const text = script.deltas.join('')
  if (script.kind === 'tool_call') return { kind: 'tool_call', id, name: 'look_up', arguments: text, isDone: true }
  return { kind: script.kind, id, text, isDone: true }
}

/** As the gateway frames them; `isJoined`: adjacent deltas joined, as for a slow socket. */
export const framesOf = (events: readonly RunEvent[], isJoined: boolean): readonly NumberedMessage[] =>
  (isJoined ? joinDeltas(events) : events).map(
    ({ sequenceNumber, firstSequenceNumber, message }) =>
      ({
        response_id: 'run_1',
        stream_id: 'answer-1',
        sequence_number: sequenceNumber,
        ...(firstSequenceNumber === undefined ? {} : { first_sequence_number: firstSequenceNumber }),
        ...(message.type === 'response.created' ? { stream_no: 1 } : {}),
        ...message,
      }) as NumberedMessage,
  )
