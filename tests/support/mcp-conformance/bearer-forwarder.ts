import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Forwarder extends AsyncDisposable {
  readonly url: string
}

/**
 * Passes everything on to `target` with a bearer token, which the command of the conformance suite cannot send. Host and
 * Origin go through as they came: what they may be is for the target to judge.
 */
export async function startBearerForwarder(target: string, token: string): Promise<Forwarder> {
  const { hostname, port, pathname } = new URL(target)
  const agent = new http.Agent({ keepAlive: true })
  const server = http.createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` }
    const onward = http.request(
      { hostname, port, path: pathname, method: request.method, headers, agent },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.flushHeaders()
        answer.pipe(response)
        answer.once('error', () => response.destroy())
      },
    )
    onward.once('error', () => response.destroy())
    response.once('close', () => onward.destroy())
    request.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return {
    url: `http://localhost:${address.port}${pathname}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      agent.destroy()
      await closed
    },
  }
}
