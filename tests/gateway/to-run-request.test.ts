import { describe, expect, it } from 'vitest'
import { responseCreate } from '../../services/common/contracts/protocol/response-create.ts'
import { toRunRequest } from '../../services/gateway/runs/to-run-request.ts'

const read = (fields: Readonly<Record<string, unknown>>) =>
  toRunRequest(responseCreate.parse({ type: 'response.create', stream_id: 'a', input: 'x', ...fields }), 'sess_1')

describe('a response.create', () => {
  it('takes the items of an earlier answer as they came, and leaves out what no model reads again', () => {
    const { input } = read({
      input: [
        { role: 'user', content: 'How warm is it?' },
        { type: 'reasoning', id: 'rs_1', status: 'completed', content: [{ type: 'reasoning_text', text: 'Look.' }] },
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'I look.', annotations: [], logprobs: [] }],
        },
        { type: 'image_generation_call', id: 'ig_1', status: 'completed', blob_id: 'blob_1', media_type: 'image/png' },
        { type: 'function_call', id: 'fc_1', status: 'completed', call_id: 'c1', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: '21', status: 'completed' },
      ],
    })
    expect(input).toEqual([
      { type: 'message', role: 'user', content: [{ type: 'text', text: 'How warm is it?' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'I look.' }] },
      { type: 'function_call', callId: 'c1', name: 'look', arguments: '{}' },
      { type: 'function_call_output', callId: 'c1', output: '21' },
    ])
  })

  it('may ask for longer times than any profile gives: the profile clamps them', () => {
    expect(read({ timeouts: { total_ms: 86_400_000 } }).timeouts).toEqual({ totalMs: 86_400_000 })
  })

  it('says what an input must be', () => {
    const issues = responseCreate.safeParse({ type: 'response.create', stream_id: 'a', input: 5 }).error?.issues
    expect(issues?.map(({ message }) => message)).toEqual(['must be a text or a list of items'])
  })
})
