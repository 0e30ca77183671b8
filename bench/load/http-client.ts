import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { createTokenReader, promptOf } from '../token.ts'
import type { AnswerClient, OnToken } from './answer-client.ts'
import type { HttpTarget, HttpWire } from './load-job.ts'

interface Wire {
  readonly path: string
  readonly body: (model: string, prompt: string) => object
  /** Stands in the last bytes of every answer that ended well, and in no other. */
  readonly terminator: string
}

const messagesOf = (content: string): readonly object[] => [{ role: 'user', content }]

const wires: Readonly<Record<HttpWire, Wire>> = {
  openai: {
    path: '/v1/chat/completions',
    body: (model, prompt) => ({ model, stream: true, messages: messagesOf(prompt) }),
    terminator: 'data: [DONE]',
  },
  anthropic: {
    path: '/v1/messages',
    body: (model, prompt) => ({ model, stream: true, max_tokens: 100_000, messages: messagesOf(prompt) }),
    terminator: 'event: message_stop',
  },
  'ui-message': {
    path: '/chat',
    body: (_, prompt) => ({ prompt }),
    terminator: 'data: [DONE]',
  },
}

const longestEnd = 512
const longestReason = 200

/** A client of server-sent events. A connection is kept for the next question. */
export function createHttpClient(target: HttpTarget, clock: () => number): AnswerClient {
  const agent = new Agent({ keepAlive: true })
  const wire = wires[target.wire]
  return {
    async ask(shape, onToken, signal) {
      const body = JSON.stringify(wire.body(target.model, promptOf(shape)))
      const sent = request(new URL(wire.path, target.url), {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...target.headers },
        signal,
      })
      sent.end(body)
      const [response]: [IncomingMessage] = (await once(sent, 'response')) as [IncomingMessage]
      if (response.statusCode !== 200) throw new Error(await reasonOf(response))
      const end = await readTokens(response, onToken, clock)
      if (!end.includes(wire.terminator)) throw new Error(`The answer ended without ${wire.terminator}.`)
    },
    close: () => agent.destroy(),
  }
}

/** Resolves with the last bytes of the body; rejects when it is cut. */
function readTokens(response: IncomingMessage, onToken: OnToken, clock: () => number): Promise<string> {
  return new Promise((resolve, reject) => {
    let nowUs = 0
    let end = ''
    const reader = createTokenReader((index, sentUs) => onToken(index, sentUs, nowUs))
    response.on('data', (bytes: Buffer) => {
      nowUs = clock()
      try {
        reader.read(bytes)
      } catch (error) {
        response.destroy(error instanceof Error ? error : new Error(String(error)))
      }
      end = (end + bytes.toString('latin1', Math.max(0, bytes.length - longestEnd))).slice(-longestEnd)
    })
    response.on('end', () => resolve(end))
    response.on('error', reject)
  })
}

async function reasonOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const bytes of response) text += String(bytes)
  return `HTTP ${response.statusCode}: ${text.slice(0, longestReason)}`
}
