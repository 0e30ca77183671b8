import type { ClientMessage, Ping, ResponseCancel } from '../../common/contracts/protocol/client-messages.ts'
import type { SessionMessage } from '../../common/contracts/protocol/server-messages.ts'
import type { CancelTarget, RunEcho } from '../runs/session-runs.ts'

/** What the answer to a message repeats of it. */
export function echoOf(message: ClientMessage): RunEcho {
  const { event_id } = message
  return {
    ...(event_id === undefined ? {} : { event_id }),
    ...('stream_id' in message && message.stream_id !== undefined ? { stream_id: message.stream_id } : {}),
    ...('response_id' in message && message.response_id !== undefined ? { response_id: message.response_id } : {}),
  }
}

export function pongOf({ event_id, id, t }: Ping): SessionMessage {
  return {
    type: 'pong',
    ...(event_id === undefined ? {} : { event_id }),
    ...(id === undefined ? {} : { id }),
    ...(t === undefined ? {} : { t }),
  }
}

/** The schema has seen to it that one of the two is there. */
export const cancelTarget = ({ response_id, stream_id }: ResponseCancel): CancelTarget =>
  response_id === undefined ? { streamId: stream_id ?? '' } : { responseId: response_id }
