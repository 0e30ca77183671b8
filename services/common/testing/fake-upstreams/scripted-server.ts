import { setTimeout as sleep } from 'node:timers/promises'
import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import { doDeed } from './do-deed.ts'
import type { FakeTool, UpstreamScript } from './upstream-script.ts'

/** One simulated upstream as its servers see it; of one session or, when modern, of one request. */
export interface Scene {
  readonly name: string
  readonly script: () => UpstreamScript
  /** Of each tool call, before anything of it is done. */
  readonly onCall: (tool: string, args: Readonly<Record<string, unknown>>) => void
  /** Resources somebody of the old revisions subscribed to. */
  readonly subscribed: Set<string>
  /** Before every answer; what HTTP upstreams wait before anything, is not in it. */
  readonly delayMs: () => number
  readonly cut: () => void
}

/** A server that does what the script of its scene says now. */
export function createScriptedServer(scene: Scene): Server {
  const { instructions } = scene.script()
  const server = new Server(
    { name: scene.name, version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        logging: {},
      },
      ...(instructions === undefined ? {} : { instructions }),
    },
  )
  serveTools(server, scene)
  servePrompts(server, scene)
  serveResources(server, scene)
  return server
}

function serveTools(server: Server, scene: Scene): void {
  server.setRequestHandler('tools/list', async ({ params }) => {
    await pause(scene)
    const { tools, pageSize } = scene.script()
    return pageOf(tools, pageSize, Number(params?.cursor ?? 0))
  })
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const args = params.arguments ?? {}
    scene.onCall(params.name, args)
    await pause(scene)
    const tool = scene.script().tools.find(({ definition }) => definition.name === params.name)
    if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `No tool ${params.name}`)
    return doDeed(tool.does, { upstream: scene.name, tool: params.name, args, context, cut: scene.cut })
  })
}

function pageOf(tools: readonly FakeTool[], pageSize: number, start: number) {
  const end = pageSize === 0 ? tools.length : start + pageSize
  return {
    tools: tools.slice(start, end).map(({ definition }) => definition),
    ...(end < tools.length ? { nextCursor: String(end) } : {}),
  }
}

function servePrompts(server: Server, scene: Scene): void {
  server.setRequestHandler('prompts/list', async () => {
    await pause(scene)
    return { prompts: [...scene.script().prompts] }
  })
  server.setRequestHandler('prompts/get', ({ params }) => {
    const prompt = scene.script().prompts.find(({ name }) => name === params.name)
    if (prompt === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `No prompt ${params.name}`)
    const text = `${scene.name}: ${params.name} ${JSON.stringify(params.arguments ?? {})}`
    return { messages: [{ role: 'user', content: { type: 'text', text } }] }
  })
}

function serveResources(server: Server, scene: Scene): void {
  server.setRequestHandler('resources/list', async () => {
    await pause(scene)
    return { resources: scene.script().resources.map(({ uri }) => ({ uri, name: uri, mimeType: 'text/plain' })) }
  })
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }))
  server.setRequestHandler('resources/read', ({ params }) => {
    const found = scene.script().resources.find(({ uri }) => uri === params.uri)
    if (found === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `No resource ${params.uri}`)
    return { contents: [{ uri: found.uri, mimeType: 'text/plain', text: found.text }] }
  })
  server.setRequestHandler('resources/subscribe', ({ params }) => {
    scene.subscribed.add(params.uri)
    return {}
  })
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    scene.subscribed.delete(params.uri)
    return {}
  })
}

async function pause({ delayMs }: Scene): Promise<void> {
  const ms = delayMs()
  if (ms > 0) await sleep(ms)
}
