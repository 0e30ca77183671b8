import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpenaiAdapter } from '../../../services/adapters/openai/adapter.ts'
import type { OpenaiConnection } from '../../../services/common/config/config-schema.ts'
import { log, never } from './openai-harness.ts'

interface Reply {
  readonly status?: number
  readonly type: string
  readonly body: string
}

/** A server that answers every request with the reply it was given last, and adapters that speak to it. */
export async function startReplay() {
  let reply: Reply = { type: 'text/plain', body: '' }
  const server = http.createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(reply.status ?? 200, { 'content-type': reply.type }).end(reply.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connectionTo = (api: OpenaiConnection['api']) => ({ base_url: `http://127.0.0.1:${port}/v1`, api })
  const connections = { default: connectionTo('chat'), responses: connectionTo('responses') }
  const adapter = createOpenaiAdapter({ connections: () => connections, log })
  return {
    adapter,
    /** Server-sent events; those with a `type` carry it as their name, as OpenAI's do. */
    replayEvents: (events: readonly object[], ending = '') => {
      const frames = events.map((event) => {
        const name = 'type' in event ? `event: ${String(event.type)}\n` : ''
        return `${name}data: ${JSON.stringify(event)}\n\n`
      })
      reply = { type: 'text/event-stream', body: frames.join('') + ending }
    },
    replayJson: (value: object, status = 200) => {
      reply = { status, type: 'application/json', body: JSON.stringify(value) }
    },
    stop: async () => {
      await adapter.stop(never)
      server.close()
      server.closeAllConnections()
    },
  }
}
