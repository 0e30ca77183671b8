import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../../services/common/contracts/run-event.ts'
import { fakeFinalResponse } from '../../../services/common/testing/fake-router.ts'
import { ChatEncoder } from '../../../services/gateway/openai-api/chat/encode-chat.ts'
import { startGateway } from '../gateway-harness.ts'
import { parseEvents, post, wordsRun } from './api-harness.ts'

const name = {
  ref: { runId: 'resp_1', conversation: 'c', profile: 'p', existing: false },
  model: 'a "model"\n',
  createdAt: 1,
}

const textOf = (frames: string): string =>
  parseEvents(frames)
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data).choices[0]?.delta.content ?? '')
    .join('')

describe('chunks', () => {
  it('say every text as it is, whatever it holds and however it is cut', () => {
    const text = fc.string({ unit: 'grapheme' })
    const control = fc.constantFrom('\n\n', 'data: [DONE]', '\u2028', '"', '\\', '\r', '😀')
    fc.assert(
      fc.property(fc.array(fc.oneof(text, control)), (deltas) => {
        const encoder = new ChatEncoder(name, true)
        const position = { item_id: 'i', output_index: 0, content_index: 0 }
        const events = deltas.map(
          (delta, sequenceNumber): RunEvent => ({
            sequenceNumber,
            message: { type: 'response.output_text.delta', ...position, delta },
          }),
        )
        const terminal = { type: 'response.completed', response: fakeFinalResponse('resp_1', 'completed') } as const
        const all = [...events, { sequenceNumber: deltas.length, message: terminal }]
        const frames = all.map((event) => encoder.encode(event)).join('')
        expect(textOf(frames)).toBe(deltas.join(''))
        expect(parseEvents(frames).at(-1)?.data).toBe('[DONE]')
        for (const { data } of parseEvents(frames).slice(0, -1)) expect(JSON.parse(data).model).toBe(name.model)
      }),
    )
  })

  it('reach the client whole, however large and of whatever letters', async () => {
    await using harness = await startGateway({ apiLimits: { socketWindowBytes: 1000 } })
    const unit = fc.constantFrom('a', 'ä', '😀', '\n', '\\')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit, maxLength: 5000, size: 'max' }), { maxLength: 10 }),
        async (words) => {
          harness.router.enqueue(wordsRun('text', 0, words))
          const body = { model: 'demo', messages: [{ role: 'user', content: 'x' }], stream: true }
          const answer = await post(harness, '/chat/completions', body)
          expect(textOf(await answer.text())).toBe(words.join(''))
        },
      ),
      { numRuns: 30 },
    )
  })
})
