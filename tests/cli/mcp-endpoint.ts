import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CallToolResult, Server } from '@modelcontextprotocol/server'
import { DualEraEndpoint } from '../../services/common/testing/fake-upstreams/dual-era-endpoint.ts'

export const endpointToken = 'token-of-the-endpoint'

/** The MCP side of a house: `/mcp` and one profile's, in both eras, behind a token. Tools are `where` and `hang`. */
export class McpEndpoint implements AsyncDisposable {
  /** Calls of `hang` that were cancelled. */
  cancelled = 0
  /** Calls of `hang` under way. */
  hanging = 0
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #endpoints: ReadonlyMap<string, DualEraEndpoint>

  private constructor() {
    const at = (path: string) => new DualEraEndpoint({ eras: () => 'both', serve: () => this.#speak(path) })
    this.#endpoints = new Map(['/mcp', '/mcp/profiles/kitchen'].map((path) => [path, at(path)]))
  }

  static async open(): Promise<McpEndpoint> {
    const endpoint = new McpEndpoint()
    endpoint.#server.listen(0, '127.0.0.1')
    await once(endpoint.#server, 'listening')
    return endpoint
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  /** Open sessions of the old revisions. */
  get sessions(): number {
    return [...this.#endpoints.values()].reduce((sum, { sessions }) => sum + sessions, 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const endpoint of this.#endpoints.values()) await endpoint.close()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const endpoint = this.#endpoints.get(request.url ?? '')
    if (endpoint === undefined) response.writeHead(404).end()
    else if (request.headers.authorization === `Bearer ${endpointToken}`) await endpoint.handle(request, response)
    else {
      response.writeHead(401, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify({ code: 'policy_unauthenticated', detail: 'This token is not known.' }))
    }
  }

  #speak(path: string): Server {
    const server = new Server({ name: path, version: '1' }, { capabilities: { tools: {} } })
    const inputSchema = { type: 'object' } as const
    const tools = ['where', 'hang'].map((name) => ({ name, inputSchema }))
    server.setRequestHandler('tools/list', async () => ({ tools }))
    server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) =>
      params.name === 'hang' ? await this.#hang(mcpReq.signal) : { content: [{ type: 'text', text: path }] },
    )
    return server
  }

  #hang(signal: AbortSignal): Promise<CallToolResult> {
    this.hanging += 1
    const { promise, reject } = Promise.withResolvers<CallToolResult>()
    const cancel = (): void => {
      this.hanging -= 1
      this.cancelled += 1
      reject(new Error('cancelled'))
    }
    signal.addEventListener('abort', cancel, { once: true })
    return promise
  }
}
