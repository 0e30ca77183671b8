import {
  type ClientMessage,
  clientMessages,
  isClientMessageType,
} from '../../common/contracts/protocol/client-messages.ts'
import { protocolLimits } from '../../common/contracts/protocol/limits.ts'
import { isPlannedClientMessageType } from '../../common/contracts/protocol/planned-client-messages.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { isDeeperThan } from '../../common/http/json-depth.ts'
import { isRecord } from '../../common/is-record.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import { invalidRequest } from './explain-issues.ts'
import { findUnsafe } from './json-safety.ts'

/** What can be echoed in an `error`, also of a message that is refused. */
export interface Echo {
  readonly event_id?: string
  readonly stream_id?: string
}

export type DecodedFrame =
  | { readonly status: 'message'; readonly message: ClientMessage }
  /** Well-formed, but not a message we serve. */
  | { readonly status: 'refused'; readonly error: HearthError; readonly echo: Echo; readonly type?: string }
  /** Not a JSON object at all; repeated, it ends the session. */
  | { readonly status: 'garbage'; readonly error: HearthError }

/** One text frame. Pure; every limit is checked before the parse. Never throws. */
export function decodeTextFrame(text: Uint8Array): DecodedFrame {
  if (text.byteLength > protocolLimits.textFrameBytes)
    return garbage('caller_too_large', 'A text frame has at most 64 KiB.')
  if (isDeeperThan(text, protocolLimits.jsonDepth)) {
    return { status: 'refused', error: invalid('A message nests at most 32 levels deep.'), echo: {} }
  }
  const value = parseJson(text)
  if (!isRecord(value)) return garbage('caller_invalid_request', 'Every text frame is one JSON object.')
  const unsafe = findUnsafe(value)
  if (unsafe === undefined) return decodeMessage(value)
  const message = `${unsafe.path === '' ? 'The message' : unsafe.path} ${unsafe.message}.`
  return { status: 'refused', error: invalid(message, unsafe.path), echo: echoOf(value) }
}

function decodeMessage(value: Readonly<Record<string, unknown>>): DecodedFrame {
  const { type } = value
  const echo = echoOf(value)
  if (typeof type !== 'string') return { status: 'refused', error: invalid('type: must be a text.', 'type'), echo }
  if (isPlannedClientMessageType(type)) {
    return { status: 'refused', error: unsupported(`${type} is not served yet.`, 'type'), echo, type }
  }
  if (!isClientMessageType(type)) {
    return { status: 'refused', error: invalid('type: unknown; see the reference of the protocol.', 'type'), echo }
  }
  const parsed = parseUntrusted(clientMessages[type], value)
  if (parsed.success) return { status: 'message', message: parsed.data }
  return { status: 'refused', error: invalidRequest(parsed.error.issues), echo, type }
}

/** `event_id` and `stream_id` when they are readable, even of a message that is wrong elsewhere. */
function echoOf(value: Readonly<Record<string, unknown>>): Echo {
  const { event_id: eventId, stream_id: streamId } = value
  return {
    ...(isEchoable(eventId, 128) ? { event_id: eventId } : {}),
    ...(isEchoable(streamId, 64) ? { stream_id: streamId } : {}),
  }
}

const isEchoable = (value: unknown, limit: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= limit && value.isWellFormed()

function parseJson(text: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('utf8'))
  } catch {
    return undefined
  }
}

const garbage = (code: 'caller_invalid_request' | 'caller_too_large', message: string): DecodedFrame => ({
  status: 'garbage',
  error: new HearthError(code, message),
})

const invalid = (message: string, param?: string): HearthError =>
  new HearthError('caller_invalid_request', message, param ? { details: { param } } : {})

/** A field or type of the protocol that this server does not serve yet. */
export const unsupported = (message: string, param: string): HearthError =>
  new HearthError('caller_unsupported_feature', message, { details: { param } })
