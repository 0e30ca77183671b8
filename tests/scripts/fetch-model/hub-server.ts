import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'

/** A small Hugging Face: one file at `/user/model/resolve/commit/file`, with HEAD and ranges. */
export class HubServer implements AsyncDisposable {
  readonly #server: Server
  readonly asked: string[] = []
  /** Sends only the first half of the file and then nothing more. */
  isStalling = false

  constructor(path: string, bytes: Buffer) {
    this.#server = createServer((request, response) => this.#answer(request, response, path, bytes))
  }

  async start(): Promise<string> {
    await promisify((done: () => void) => this.#server.listen(0, '127.0.0.1', done))()
    const address: AddressInfo | string | null = this.#server.address()
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
  }

  #answer(request: IncomingMessage, response: ServerResponse, path: string, bytes: Buffer): void {
    this.asked.push(`${request.method} ${request.url}`)
    if (new URL(request.url ?? '', 'http://hub').pathname !== path) {
      response.writeHead(404).end()
      return
    }
    const { part, status, headers } = cut(bytes, request.headers.range ?? '')
    response.writeHead(status, { 'content-length': part.length, 'accept-ranges': 'bytes', ...headers })
    if (request.method === 'HEAD') response.end()
    else if (this.isStalling) response.write(part.subarray(0, part.length / 2))
    else response.end(part)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await promisify((done: () => void) => this.#server.close(done))()
  }
}

interface Part {
  readonly part: Buffer
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** What a range asks for; the whole without one. */
function cut(bytes: Buffer, range: string): Part {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? []
  if (from === undefined) return { part: bytes, status: 200, headers: {} }
  const start = Number(from)
  const end = to === '' ? bytes.length - 1 : Number(to)
  const headers = { 'content-range': `bytes ${start}-${end}/${bytes.length}` }
  return { part: bytes.subarray(start, end + 1), status: 206, headers }
}
