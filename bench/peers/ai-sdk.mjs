// What a developer writes with the AI SDK: a prompt in, the UI message stream out. `node ai-sdk.mjs UPSTREAM PORT`
import { createServer } from 'node:http'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { streamText } from 'ai'

const [upstream, port] = process.argv.slice(2)
const model = createOpenAICompatible({ name: 'upstream', baseURL: `${upstream}/v1`, apiKey: 'bench' })('bench')

async function answer(request, response) {
  if (request.method !== 'POST') return response.end()
  let body = ''
  for await (const bytes of request) body += bytes
  const abort = new AbortController()
  response.on('close', () => abort.abort())
  const { prompt } = JSON.parse(body)
  const result = streamText({ model, prompt, abortSignal: abort.signal, maxRetries: 0 })
  await result.pipeUIMessageStreamToResponse(response)
}

createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
}).listen(Number(port), '127.0.0.1')
