import type { Readable } from 'node:stream'
import type { OpenAI } from 'openai'
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { AttemptTimers } from '../attempt-timers.ts'
import type { HttpTransport } from '../http-transport.ts'
import { endedBy } from './openai-client.ts'

/** `POST chat/completions`: the body of a good answer, which the caller owns. @throws what the SDK throws; `provider_stream_error` for no event stream. */
export async function openChatStream(
  client: OpenAI,
  transport: HttpTransport,
  body: ChatCompletionCreateParamsStreaming,
  timers: AttemptTimers,
): Promise<Readable> {
  const response = await client.chat.completions.create(body, endedBy(timers.signal)).asResponse()
  timers.onHeaders()
  return eventStreamOf(response, transport)
}

/** The bytes of an answer that says it is an event stream. @throws HearthError `provider_stream_error`. */
export function eventStreamOf(response: Response, transport: HttpTransport): Readable {
  const { type, bytes } = bodyOf(response, transport)
  if (type === 'events') return bytes
  bytes.destroy()
  throw otherBody()
}

/** The bytes of an answer, and what they say they are. @throws HearthError `provider_stream_error` when they are neither. */
export function bodyOf(
  response: Response,
  transport: HttpTransport,
): { readonly type: 'events' | 'json'; readonly bytes: Readable } {
  const bytes = transport.takeBody(response)
  const type = response.headers.get('content-type') ?? 'text/event-stream'
  if (bytes !== undefined && type.includes('text/event-stream')) return { type: 'events', bytes }
  if (bytes !== undefined && type.includes('application/json')) return { type: 'json', bytes }
  bytes?.destroy()
  throw otherBody()
}

const otherBody = () =>
  new HearthError(
    'provider_stream_error',
    'The server answered with something other than an event stream; check that base_url points to an OpenAI-compatible API (usually ending in /v1).',
  )
