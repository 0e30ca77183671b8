import type { RunMessage } from '../../../services/common/contracts/run-event.ts'
import type { ErrorCode } from '../../../services/common/errors/error-table.ts'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { wireErrorOf } from '../../../services/common/errors/wire-error.ts'
import { type FakeRunEvent, fakeFinalResponse, type RunStep } from '../../../services/common/testing/fake-router.ts'
import { adminToken, type Harness } from '../gateway-harness.ts'

export interface PostOptions {
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** POSTs JSON, or text as it is, as the admin. */
export const post = (
  { port }: Pick<Harness, 'port'>,
  path: string,
  body: unknown,
  { token = adminToken, headers = {}, signal }: PostOptions = {},
): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/v1${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  })

export interface ServerEvent {
  readonly event: string | undefined
  readonly data: string
}

/** Server-sent events (WHATWG HTML §9.2), comments left out. */
export const parseEvents = (text: string): readonly ServerEvent[] =>
  text
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const lines = block.split('\n')
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      return { event: field('event'), data: field('data') ?? '' }
    })

/** One batch. */
export const emit = (...events: readonly (RunMessage | FakeRunEvent)[]): RunStep => ({
  do: 'emit',
  events: events.map((event) => ('message' in event ? event : { message: event })),
})

const at = (index: number, prefix: string) => ({ item_id: `${prefix}_${index}`, output_index: index })

type Part = 'text' | 'reasoning' | 'refusal'

/** A block of words, one batch a word. */
export function wordsRun(kind: Part, index: number, words: readonly string[]): readonly RunStep[] {
  const whole = words.join('')
  const position = { ...at(index, 'item'), content_index: 0 }
  const part = (text: string) => {
    if (kind === 'refusal') return { type: 'refusal', refusal: text } as const
    return { type: kind === 'text' ? 'output_text' : 'reasoning_text', text } as const
  }
  const item = { id: position.item_id, ...(kind === 'reasoning' ? reasoningItem : messageItem) }
  const delta = {
    text: 'response.output_text.delta',
    reasoning: 'response.reasoning_text.delta',
    refusal: 'response.refusal.delta',
  } as const
  const done: RunMessage =
    kind === 'refusal'
      ? { type: 'response.refusal.done', ...position, refusal: whole }
      : {
          type: kind === 'text' ? 'response.output_text.done' : 'response.reasoning_text.done',
          ...position,
          text: whole,
        }
  return [
    emit(
      {
        type: 'response.output_item.added',
        output_index: index,
        item: { ...item, status: 'in_progress', content: [] },
      },
      { type: 'response.content_part.added', ...position, part: part('') },
    ),
    ...words.map((word) => emit({ type: delta[kind], ...position, delta: word })),
    emit(
      done,
      { type: 'response.content_part.done', ...position, part: part(whole) },
      {
        type: 'response.output_item.done',
        output_index: index,
        item: { ...item, status: 'completed', content: [part(whole)] },
      },
    ),
  ]
}

const messageItem = { type: 'message', role: 'assistant' } as const
const reasoningItem = { type: 'reasoning' } as const

export function callRun(index: number, name: string, pieces: readonly string[]): readonly RunStep[] {
  const item = { type: 'function_call', id: `item_${index}`, call_id: `call_${index}`, name } as const
  const whole = pieces.join('')
  return [
    emit({
      type: 'response.output_item.added',
      output_index: index,
      item: { ...item, status: 'in_progress', arguments: '' },
    }),
    ...pieces.map((delta) => emit({ type: 'response.function_call_arguments.delta', ...at(index, 'item'), delta })),
    emit(
      { type: 'response.function_call_arguments.done', ...at(index, 'item'), arguments: whole },
      {
        type: 'response.output_item.done',
        output_index: index,
        item: { ...item, status: 'completed', arguments: whole },
      },
    ),
  ]
}

/** A picture with rough versions before it. */
export function pictureRun(partials: readonly Uint8Array[], picture: Uint8Array): readonly RunStep[] {
  const position = at(0, 'item')
  const item = { type: 'image_generation_call', id: position.item_id } as const
  const blob = (blobNo: number, bytes: Uint8Array) => ({
    blob_no: blobNo,
    media_type: 'image/png',
    byte_length: bytes.byteLength,
    sha256: '0'.repeat(64),
  })
  return [
    emit(
      { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress' } },
      { type: 'response.image_generation_call.in_progress', ...position },
      { type: 'response.image_generation_call.generating', ...position },
    ),
    ...partials.map((bytes, index) =>
      emit({
        message: {
          type: 'response.image_generation_call.partial_image',
          ...position,
          partial_image_index: index,
          ...blob(index, bytes),
        },
        bytes,
      }),
    ),
    emit(
      {
        message: {
          type: 'response.image_generation_call.completed',
          ...position,
          blob_id: 'blob_1',
          ...blob(partials.length, picture),
        },
        bytes: picture,
      },
      { type: 'response.output_item.done', output_index: 0, item: { ...item, status: 'completed', blob_id: 'blob_1' } },
    ),
  ]
}

/** The run's own end. */
export const ended = (
  reason: 'stop' | 'length' | 'tool_calls' | 'content_filter',
  more: Readonly<Record<string, unknown>> = {},
): RunStep => {
  const status = reason === 'length' || reason === 'content_filter' ? 'incomplete' : 'completed'
  return emit({
    type: `response.${status}`,
    response: { ...fakeFinalResponse('resp', status), finish_reason: reason, ...more },
  })
}

export const failed = (code: ErrorCode, details: ConstructorParameters<typeof HearthError>[2] = {}): RunStep =>
  emit({
    type: 'response.failed',
    response: fakeFinalResponse('resp', 'failed'),
    error: wireErrorOf(new HearthError(code, `It failed by ${code}.`, details)),
  })
