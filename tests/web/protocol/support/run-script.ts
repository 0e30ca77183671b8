import type { RunMessage } from '../../../../services/common/contracts/run-event.ts'
import { framed, type Peer } from './scripted-house.ts'

export const created: RunMessage = { type: 'response.created', profile: 'assistant', conversation: 'conv_1' }
export const added: RunMessage = {
  type: 'response.output_item.added',
  output_index: 0,
  item: { type: 'message', id: 'msg_0', role: 'assistant', status: 'in_progress', content: [] },
}
export const text = (delta: string): RunMessage => ({
  type: 'response.output_text.delta',
  item_id: 'msg_0',
  output_index: 0,
  content_index: 0,
  delta,
})
export const completed = {
  type: 'response.completed',
  response: {
    id: 'run_1',
    status: 'completed',
    finish_reason: 'stop',
    conversation: 'conv_1',
    profile: 'assistant',
    provider: 'demo',
    model: 'demo',
    usage: null,
    attempts: [],
  },
} as const satisfies RunMessage

export const cancelled = {
  type: 'response.cancelled',
  response: { ...completed.response, status: 'cancelled' },
} as const satisfies RunMessage
export const error = (code: string, more: object = {}): object => ({
  type: 'error',
  error: { type: 'api_error', code, message: `Refused: ${code}.`, retryable: false },
  ...more,
})

export const say = (peer: Peer, lane: string, from: number, messages: readonly RunMessage[]): void =>
  peer.sendTogether(messages.map((message, index) => framed(lane, from + index, message)))

export const attached = (lane: string, last: number): object => ({
  type: 'response.attached',
  event_id: `${lane}.attach`,
  response_id: 'run_1',
  stream_id: lane,
  stream_no: 1,
  status: 'in_progress',
  last_sequence_number: last,
})
