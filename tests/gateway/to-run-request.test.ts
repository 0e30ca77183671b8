import { describe, expect, it } from 'vitest'
import { responseCreate } from '../../services/common/contracts/protocol/response-create.ts'
import { toRunRequest } from '../../services/gateway/runs/to-run-request.ts'

const picture = { mediaType: 'image/png', bytes: Buffer.alloc(600) }
const read = (fields: Readonly<Record<string, unknown>>) =>
  toRunRequest(responseCreate.parse({ type: 'response.create', stream_id: 'a', input: 'x', ...fields }), {
    sessionId: 'sess_1',
    upload: (blobNo) => (blobNo === 7 ? picture : undefined),
    picturesBytes: 1000,
  })
const uploads = (...numbers: readonly number[]) => ({
  input: [{ role: 'user', content: numbers.map((blob_no) => ({ type: 'input_image', blob_no })) }],
})

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

  it('takes an upload of the session, and refuses others by path', () => {
    expect(read(uploads(7)).input).toEqual([
      { type: 'message', role: 'user', content: [{ type: 'image', ...picture }] },
    ])
    expect(() => read(uploads(7, 8))).toThrow(
      expect.objectContaining({ code: 'caller_not_found', details: { param: 'input[0].content[1].blob_no' } }),
    )
    const both = { type: 'input_image', blob_no: 7, image_url: 'data:image/png;base64,AAAA' }
    expect(() => read({ input: [{ role: 'user', content: [both] }] })).toThrow(
      expect.objectContaining({ code: 'caller_invalid_request', details: { param: 'input[0].content[0].blob_no' } }),
    )
  })

  it('bounds what its pictures have together, however often one is named', () => {
    expect(() => read(uploads(7, 7))).toThrow(
      expect.objectContaining({ code: 'caller_too_large', details: { param: 'input' } }),
    )
  })

  it('tells before the first message of a conversation from no wish at all', () => {
    expect(read({ conversation: 'conv_1', previous_response_id: null })).toMatchObject({ previousResponseId: null })
    expect(read({ conversation: 'conv_1' })).not.toHaveProperty('previousResponseId')
  })

  it('may ask for longer times than any profile gives: the profile clamps them', () => {
    expect(read({ timeouts: { total_ms: 86_400_000 } }).timeouts).toEqual({ totalMs: 86_400_000 })
  })

  it('says what an input must be', () => {
    const issues = responseCreate.safeParse({ type: 'response.create', stream_id: 'a', input: 5 }).error?.issues
    expect(issues?.map(({ message }) => message)).toEqual(['must be a text or a list of items'])
  })
})
