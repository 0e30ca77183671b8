// Simulated MCP servers behind one port, each at /<index>/mcp: `node http.ts SERVERS TOOLS FLAP_MS`. Prints its address.
// FLAP_MS above 0: each is there for half of that time with another catalog, and gone for the other half, in turns.
// GET /requests tells how many there were. Ends when its standard input does.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { endWithParent, listen } from '../../listen.ts'
import { answerTo } from './answer.ts'
import { flapAt } from './flap.ts'

const [servers = 0, tools = 0, flapMs = 0] = process.argv.slice(2).map(Number)
const turnsMs = 50
const streams = new Map<number, Set<ServerResponse>>(Array.from({ length: servers }, (_, index) => [index, new Set()]))
const startedAt = performance.now()
let requests = 0

const stateOf = (index: number): ReturnType<typeof flapAt> =>
  flapAt({ index, servers, flapMs }, performance.now() - startedAt)

async function serve(index: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { isUp, version } = stateOf(index)
  if (!isUp) return void request.socket.resetAndDestroy()
  if (request.method === 'GET') return openStream(index, response)
  if (request.method !== 'POST') return void response.writeHead(200).end()
  const answer = answerTo(await text(request), { index, tools, version })
  if (answer === undefined) return void response.writeHead(202).end()
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
  response.end(answer)
}

function openStream(index: number, response: ServerResponse): void {
  const open = streams.get(index)
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  open?.add(response)
  response.once('close', () => open?.delete(response))
}

const changed = 'data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n'

/** Breaks the streams of those that went, and tells those that stay of their new catalog in the middle of their time. */
function flap(told: Map<number, number>): void {
  for (const [index, open] of streams) {
    const { isUp, version } = stateOf(index)
    const isNew = told.get(index) !== version
    told.set(index, version)
    for (const response of open) {
      if (!isUp) response.socket?.resetAndDestroy()
      else if (isNew) response.write(changed)
    }
  }
}

const server = createServer((request, response) => {
  if (request.url === '/requests') return void response.end(String(requests))
  requests += 1
  const index = Number(request.url?.split('/')[1])
  if (!streams.has(index)) return void response.writeHead(404).end()
  serve(index, request, response).catch(() => response.destroy())
})
// A socket that ends just when it is used again would be a fault of its own.
server.keepAliveTimeout = 0
server.on('connection', (socket) => socket.setNoDelay(true))
console.log(await listen(server))
if (flapMs > 0) {
  const told = new Map<number, number>()
  setInterval(() => flap(told), turnsMs)
}
endWithParent()
