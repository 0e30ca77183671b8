import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface DiscoveryShim extends AsyncDisposable {
  readonly url: string
}

/**
 * Stands before a scenario's server that speaks 2026-07-28 but knows no `server/discover`, answers that itself and passes
 * everything else on as it came: the suite's own client fakes the same answer in its process.
 */
export async function startDiscoveryShim(target: string): Promise<DiscoveryShim> {
  const server = http.createServer((request, response) => {
    void serve(request, response, target).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}${new URL(target).pathname}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function serve(request: http.IncomingMessage, response: http.ServerResponse, target: string): Promise<void> {
  const body = await text(request)
  const id = discoverId(body)
  if (id !== undefined) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(discovered(id)))
    return
  }
  const { hostname, port, pathname, host } = new URL(target)
  const onward = http.request(
    { hostname, port, path: pathname, method: request.method, headers: { ...request.headers, host } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  onward.once('error', () => response.destroy())
  onward.end(body)
}

/** The id of a request for discovery; undefined for anything else. */
function discoverId(body: string): unknown {
  if (!body.includes('server/discover')) return undefined
  const message: { method?: unknown; id?: unknown } = JSON.parse(body)
  return message.method === 'server/discover' ? message.id : undefined
}

const discovered = (id: unknown): object => ({
  jsonrpc: '2.0',
  id,
  result: {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {}, resources: {}, prompts: {} },
    ttlMs: 0,
    cacheScope: 'private',
  },
})
