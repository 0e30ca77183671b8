import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { adminToken, startGateway } from '../gateway-harness.ts'
import { emit, wordsRun } from './api-harness.ts'

const words = Array.from({ length: 1000 }, (_, index) => `w${index} `)
const delta = (text: string) =>
  ({
    type: 'response.output_text.delta',
    item_id: 'item_0',
    output_index: 0,
    content_index: 0,
    delta: text,
  }) as const

/** A long text that a client does not take, then a thousand words in one batch. */
const run = [
  ...wordsRun('text', 0, []).slice(0, 1),
  emit(delta('x'.repeat(8_000_000))),
  { do: 'wait', ms: 100 } as const,
  emit(...words.map(delta)),
]

/** What the client gets that reads nothing for a while: the contents of its chunks. */
async function contentsOf(merge: 'auto' | 'never'): Promise<readonly string[]> {
  await using harness = await startGateway({ config: { merge }, apiLimits: { softQueueBytes: 16_000_000 } })
  harness.router.enqueue(run)
  const socket = connect(harness.port, '127.0.0.1')
  const body = JSON.stringify({ model: 'demo', stream: true, messages: [{ role: 'user', content: 'hi' }] })
  socket.write(
    `POST /v1/chat/completions HTTP/1.0\r\nHost: 127.0.0.1:${harness.port}\r\nAuthorization: Bearer ${adminToken}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  await once(socket, 'readable')
  await sleep(300)
  const parts: Buffer[] = []
  for await (const part of socket) parts.push(part)
  const text = Buffer.concat(parts).toString()
  expect(text).toContain('data: [DONE]')
  return [...text.matchAll(/"content":"([^"]*)"/g)].map(([, content = '']) => content)
}

it.each([
  ['auto', 1],
  ['never', words.length],
] as const)('a client that lags gets adjacent deltas joined or one by one: %s', async (merge, chunks) => {
  const contents = (await contentsOf(merge)).filter((content) => content.startsWith('w'))
  expect(contents).toHaveLength(chunks)
  expect(contents.join('')).toBe(words.join(''))
})
