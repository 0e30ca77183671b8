import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
} from '@modelcontextprotocol/node'
import { createMcpHandler, Server, type Tool } from '@modelcontextprotocol/server'
import { onTestFinished } from 'vitest'

export interface Listening {
  readonly port: number
  readonly url: string
  /** Method and path of every request so far. */
  readonly seen: string[]
  /** Headers of the last request. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>[]
  close(): Promise<void>
}

/** A server on loopback; closed when the test is over. */
export async function listen(answer: RequestListener, port = 0): Promise<Listening> {
  const seen: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    headers.push(request.headers)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: at } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(close)
  return { port: at, url: `http://127.0.0.1:${at}/mcp`, seen, headers, close }
}

const tools: Tool[] = [
  { name: 'echo', inputSchema: { type: 'object', properties: { text: { type: 'string', 'x-mcp-header': 'Text' } } } },
  { name: 'big', inputSchema: { type: 'object' } },
  { name: 'hang', inputSchema: { type: 'object' } },
  { name: 'log', inputSchema: { type: 'object' } },
]

export interface Calls {
  readonly aborted: string[]
}

const textResult = (text: string) => ({ content: [{ type: 'text' as const, text }] })

/** A server with a few tools, of either era. */
export function createToolServer(calls: Calls): Server {
  const server = new Server(
    { name: 'tools', version: '1' },
    { capabilities: { tools: { listChanged: true }, logging: {} } },
  )
  server.setRequestHandler('tools/list', () => ({ tools }))
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const args = params.arguments ?? {}
    if (params.name === 'big') return textResult('x'.repeat(Number(args['bytes'])))
    if (params.name === 'hang') {
      await new Promise((resolve) => context.mcpReq.signal.addEventListener('abort', resolve, { once: true }))
      calls.aborted.push('hang')
    }
    if (params.name === 'log') await context.mcpReq.log('error', String(args['text']))
    return textResult(String(args['text'] ?? ''))
  })
  return server
}

export interface ModernServer extends Listening {
  readonly calls: Calls
  changed(): void
}

/** 2026-07-28 only. */
export async function listenModern(
  wrap: (handle: RequestListener) => RequestListener = (handle) => handle,
): Promise<ModernServer> {
  const calls: Calls = { aborted: [] }
  const handler = createMcpHandler(() => createToolServer(calls), { legacy: 'reject' })
  const node = toNodeHandler(handler)
  const listening = await listen(wrap((request, response) => void node(request as NodeIncomingMessageLike, response)))
  onTestFinished(() => handler.close())
  return { ...listening, calls, changed: () => handler.notify.toolsChanged() }
}

export interface LegacyServer extends Listening {
  readonly calls: Calls
  /** Forgets every session. */
  forget(): void
  changed(): void
}

/** 2025-11-25 with sessions only. */
export async function listenLegacy(port = 0): Promise<LegacyServer> {
  const calls: Calls = { aborted: [] }
  const sessions = new Map<string, { transport: NodeStreamableHTTPServerTransport; server: Server }>()
  const open = async (request: IncomingMessage, response: ServerResponse) => {
    const known = sessions.get(String(request.headers['mcp-session-id']))
    if (known !== undefined) return known.transport.handleRequest(request, response)
    if (request.headers['mcp-session-id'] !== undefined) return void response.writeHead(404).end()
    const server = createToolServer(calls)
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, { transport, server }),
    })
    await server.connect(transport)
    await transport.handleRequest(request, response)
  }
  const listening = await listen((request, response) => void open(request, response), port)
  return {
    ...listening,
    calls,
    forget: () => sessions.clear(),
    changed: () => {
      for (const { server } of sessions.values()) void server.sendToolListChanged()
    },
  }
}
