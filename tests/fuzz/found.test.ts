import { describe, expect, it } from 'vitest'
import type { Reading } from '../../scripts/fuzz/streams/stream-subject.ts'
import { streamSubjects } from '../../scripts/fuzz/streams/stream-subjects.ts'

/** What fuzzing found once: streams that each dialect must carry, or refuse by a typed error. */
async function read(name: string, body: string): Promise<Reading> {
  const subject = streamSubjects.find((each) => each.name === name)
  if (subject === undefined) throw new Error(`no subject ${name}`)
  return subject.read([Buffer.from(body)])
}

const sse = (...values: readonly object[]): string =>
  values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('')

const odd = { id: 'call\u0000', name: 'look\ud83dup' }
const message = { type: 'tool_use', ...odd, input: {} }

describe('names and ids of calls that are no portable text', () => {
  it.each([
    [
      'chat completions',
      sse({ choices: [{ delta: { tool_calls: [{ index: 0, id: odd.id, function: { name: odd.name } }] } }] }),
    ],
    [
      'responses',
      sse({
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'function_call', call_id: odd.id, name: odd.name },
      }),
    ],
    ['messages', sse({ type: 'content_block_start', index: 0, content_block: message })],
    [
      'ollama',
      `${JSON.stringify({ message: { tool_calls: [{ id: odd.id, function: { name: odd.name, arguments: {} } }] } })}\n`,
    ],
  ])('are made so: %s', async (name, body) => {
    const { events } = await read(name, body)
    expect(events[0]).toMatchObject({ type: 'tool-call-start', callId: 'call\uFFFD', name: 'look\uFFFDup' })
  })
})

describe('JSON that nests 20,000 arrays deep', () => {
  const nest = '['.repeat(20_000) + ']'.repeat(20_000)
  it.each([
    ['responses', `data: {"type":${nest}}\n\n`, 'provider_stream_truncated'],
    ['images', `data: {"type":${nest}}\n\n`, 'provider_stream_truncated'],
    [
      'messages',
      `data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"b","input":{"c":${nest}}}}\n\n`,
      'provider_stream_error',
    ],
    [
      'ollama',
      `{"message":{"tool_calls":[{"function":{"name":"b","arguments":{"c":${nest}}}}]}}\n`,
      'provider_stream_error',
    ],
  ])('ends typed: %s', async (name, body, code) => {
    expect((await read(name, body)).ending).toEqual({ status: 'failed', code })
  })
})
