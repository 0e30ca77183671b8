import type { clientMessages } from '../../../../services/common/contracts/protocol/client-messages.ts'
import type { SessionMessage as OtherMessage } from '../../../../services/common/contracts/protocol/server-messages.ts'
import type { RunMessage } from '../../../../services/common/contracts/run-event.ts'
import { HearthFailure, notUnderstood } from './hearth-failure.ts'

/** What the gateway adds to an event of a run. */
interface Framing {
  readonly response_id: string
  readonly stream_id: string
  readonly sequence_number: number
}

type Framed<Message extends RunMessage> = Message extends { readonly type: 'response.created' }
  ? Message & Framing & { readonly stream_no: number }
  : Message extends { readonly delta: string }
    ? Message & Framing & { readonly first_sequence_number?: number }
    : Message & Framing

/** An event of a run. */
export type NumberedMessage = Framed<RunMessage>
export type ServerMessage = NumberedMessage | OtherMessage
export type GreetingMessage = Extract<OtherMessage, { type: 'session.created' | 'session.updated' }>
export type ErrorMessage = Extract<OtherMessage, { type: 'error' }>
export type AttachedMessage = Extract<OtherMessage, { type: 'response.attached' }>

/** A message as a client writes it. */
export type Outgoing = {
  [Type in keyof typeof clientMessages]: (typeof clientMessages)[Type]['_zod']['input']
}[keyof typeof clientMessages]

export const isNumbered = (message: ServerMessage): message is NumberedMessage =>
  'sequence_number' in message && typeof message.sequence_number === 'number'

/**
 * A text frame. The house validates what it sends, and this client ignores what it does not know, so only the frame of a
 * message is checked here. @throws HearthFailure `client_protocol`.
 */
export function parseMessage(text: string): ServerMessage {
  const message = parseJson(text)
  if (typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string') {
    return message as ServerMessage
  }
  throw new HearthFailure(notUnderstood())
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HearthFailure(notUnderstood())
  }
}
