import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { createLocalAdapter } from '../../../services/adapters/local/adapter.ts'
import type { LocalConnection } from '../../../services/common/config/config-schema.ts'
import { llamacppStream, lmstudioStream, ollamaStream, vllmStream } from './chat-fixtures.ts'
import { ask, log, never, plainConnection, textRequest } from './local-harness.ts'

/** The answer of a server that sends this stream. */
async function answerOf(flavor: LocalConnection['flavor'], stream: string) {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(stream)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const house = { ...plainConnection, flavor, base_url: `http://127.0.0.1:${port}/v1` }
  const adapter = createLocalAdapter({ connections: () => ({ house }), dataDir: '/nonexistent', log })
  const outcome = await ask(adapter, textRequest('qwen3', { connection: 'house', parameters: {} }))
  await adapter.stop(never)
  server.closeAllConnections()
  server.close()
  expect(outcome.error).toBeUndefined()
  return outcome.events.filter((event) => event.type !== 'phase' || event.phase !== 'waiting_first_token')
}

const thought = [
  { type: 'reasoning-start', id: 'b0' },
  { type: 'reasoning-delta', id: 'b0', text: 'Hm.' },
  { type: 'reasoning-end', id: 'b0' },
]
const blue = [
  { type: 'text-start', id: 'b1' },
  { type: 'text-delta', id: 'b1', text: 'Blue' },
  { type: 'text-end', id: 'b1' },
]
const look = (id: string, callId: string, ...parts: readonly string[]) => [
  { type: 'tool-call-start', id, callId, name: 'look' },
  ...parts.map((part) => ({ type: 'tool-call-delta', id, arguments: part })),
  { type: 'tool-call-end', id },
]
const usage = (inputTokens: number, outputTokens: number) => ({ type: 'usage', usage: { inputTokens, outputTokens } })

test('llama.cpp: progress of the prompt, reasoning, text', async () => {
  expect(await answerOf('llamacpp', llamacppStream)).toEqual([
    { type: 'phase', phase: 'prompt_eval', progress: 0.5 },
    ...thought,
    ...blue,
    usage(200, 2),
    { type: 'finish', reason: 'stop' },
  ])
})

test('vLLM: reasoning by two names comes once', async () => {
  expect(await answerOf('vllm', vllmStream)).toEqual([
    ...thought,
    ...blue,
    usage(20, 2),
    { type: 'finish', reason: 'stop' },
  ])
})

test('Ollama: reasoning, then a call that comes whole', async () => {
  expect(await answerOf('ollama', ollamaStream)).toEqual([
    ...thought,
    ...look('b1', 'call_a', '{"at":"sky"}'),
    usage(20, 9),
    { type: 'finish', reason: 'tool_calls' },
  ])
})

test('LM Studio: a call in parts, no usage', async () => {
  expect(await answerOf('lmstudio', lmstudioStream)).toEqual([
    ...look('b0', '5', '{"at":', '"sky"}'),
    { type: 'finish', reason: 'tool_calls' },
  ])
})
