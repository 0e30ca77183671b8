import type { ServerMessage } from '../../services/common/contracts/protocol/server-messages.ts'
import { type CliError, serverError } from './cli-error.ts'

type Terminal = Extract<
  ServerMessage,
  { type: 'response.completed' | 'response.incomplete' | 'response.failed' | 'response.cancelled' }
>

/** What is known of the answer so far. */
export interface AnswerState {
  /** `event_id` and `stream_id` of our question. */
  readonly eventId: string
  readonly streamId: string
  readonly created?: Extract<ServerMessage, { type: 'response.created' }>
  readonly text: string
  readonly terminal?: Terminal
}

/** What a message gives the person to see. */
export type Shown =
  | { readonly type: 'nothing' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'progress'; readonly line: string }
  | {
      readonly type: 'picture'
      readonly announcement: Extract<ServerMessage, { type: 'response.image_generation_call.completed' }>
    }
  | { readonly type: 'refused'; readonly error: CliError }

const nothing: Shown = { type: 'nothing' }

/** One message; those of other lanes change nothing. */
export function stepAnswer(state: AnswerState, message: ServerMessage): readonly [AnswerState, Shown] {
  if (message.type === 'error') return [state, isOurs(state, message) ? refused(message.error) : nothing]
  if (!('stream_id' in message) || message.stream_id !== state.streamId) return [state, nothing]
  switch (message.type) {
    case 'response.created':
      return [
        { ...state, created: message },
        { type: 'progress', line: 'asked' },
      ]
    case 'response.output_text.delta':
      return [
        { ...state, text: state.text + message.delta },
        { type: 'text', text: message.delta },
      ]
    case 'response.image_generation_call.completed':
      return [state, { type: 'picture', announcement: message }]
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
    case 'response.cancelled':
      return [{ ...state, terminal: message }, nothing]
    default:
      return [state, progressOf(message)]
  }
}

function isOurs(state: AnswerState, message: Extract<ServerMessage, { type: 'error' }>): boolean {
  return message.event_id === state.eventId || message.stream_id === state.streamId
}

const refused = ({ code, message }: { readonly code: string; readonly message: string }): Shown => ({
  type: 'refused',
  error: serverError(code, message),
})

const phases: Readonly<Record<string, string>> = {
  connecting: 'connecting',
  loading_model: 'loading the model',
  prompt_eval: 'reading the question',
  waiting_first_token: 'waiting for the first word',
  tool: 'using a tool',
}

function progressOf(message: ServerMessage): Shown {
  switch (message.type) {
    case 'response.queued':
      return { type: 'progress', line: `waiting, ${message.position} in front` }
    case 'response.in_progress': {
      const share = message.progress === undefined ? '' : ` ${Math.round(message.progress * 100)} %`
      return {
        type: 'progress',
        line: `${message.provider}/${message.model}: ${phases[message.phase] ?? message.phase}${share}`,
      }
    }
    case 'response.reasoning_text.delta':
      return { type: 'progress', line: 'thinking' }
    case 'response.image_generation_call.in_progress':
    case 'response.image_generation_call.generating':
      return { type: 'progress', line: 'drawing' }
    case 'response.image_generation_call.partial_image':
      return { type: 'progress', line: `drawing, rough version ${message.partial_image_index + 1}` }
    default:
      return nothing
  }
}
