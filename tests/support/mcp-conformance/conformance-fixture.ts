import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { localhostHostValidation } from '@modelcontextprotocol/node'
import {
  type CallToolResult,
  createRequestStateCodec,
  McpServer,
  type RequestStateCodec,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import {
  type Change,
  DualEraEndpoint,
  type LegacySession,
} from '../../../services/common/testing/fake-upstreams/dual-era-endpoint.ts'
import { addContentTools, addSchemaTools, addTellingTools } from './content-tools.ts'
import { addPrompts, addResources } from './prompts-and-resources.ts'
import { addInputRequiredTools, addQuestionTools } from './question-tools.ts'

/** A server with all that the suite of `@modelcontextprotocol/conformance` calls, behind which a house can stand. */
export interface ConformanceFixture extends AsyncDisposable {
  readonly url: string
}

/** What changes when a test pulls its trigger: real changes, since an aggregator tells of nothing else. */
interface Extras {
  tools: number
  prompts: number
}

interface Fixture {
  readonly states: RequestStateCodec<object>
  readonly extras: Extras
  readonly changed: (what: Change) => void
}

export async function startConformanceFixture(
  eras: 'modern' | 'legacy' | 'both' = 'both',
): Promise<ConformanceFixture> {
  const fixture: Fixture = {
    states: createRequestStateCodec<object>({ key: crypto.getRandomValues(new Uint8Array(32)) }),
    extras: { tools: 0, prompts: 0 },
    changed: (what) => endpoint.changed(what),
  }
  const endpoint = new DualEraEndpoint({ eras: () => eras, serve: (session) => createServer(fixture, session) })
  const isLocal = localhostHostValidation()
  const server = http.createServer((request, response) => {
    if (isLocal(request, response)) void endpoint.handle(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    [Symbol.asyncDispose]: async () => {
      await endpoint.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function createServer(fixture: Fixture, session: LegacySession | undefined): McpServer {
  const server = new McpServer(
    { name: 'conformance-fixture', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: fixture.states.verify },
    },
  )
  addContentTools(server)
  addTellingTools(server)
  addSchemaTools(server)
  addQuestionTools(server)
  addInputRequiredTools(server, fixture.states)
  addTriggers(server, fixture)
  addPrompts(server)
  addResources(server)
  server.server.setRequestHandler('completion/complete', () => ({
    completion: { values: [], total: 0, hasMore: false },
  }))
  if (session !== undefined) {
    server.server.setRequestHandler('resources/subscribe', ({ params }) => {
      session.subscribed.add(params.uri)
      return {}
    })
    server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      session.subscribed.delete(params.uri)
      return {}
    })
  }
  return server
}

function addTriggers(server: McpServer, { extras, changed }: Fixture): void {
  const trigger = (what: 'tools' | 'prompts', name: string): void => {
    server.registerTool(name, { description: `Changes the ${what}`, inputSchema: z.object({}) }, (): CallToolResult => {
      extras[what]++
      changed(what)
      return { content: [{ type: 'text', text: `${what} changed` }] }
    })
  }
  trigger('tools', 'test_trigger_tool_change')
  trigger('prompts', 'test_trigger_prompt_change')
  for (let index = 0; index < extras.tools; index++) {
    server.registerTool(`test_extra_tool_${index}`, { description: 'New', inputSchema: z.object({}) }, () => ({
      content: [],
    }))
  }
  for (let index = 0; index < extras.prompts; index++) {
    server.registerPrompt(`test_extra_prompt_${index}`, { description: 'New' }, () => ({ messages: [] }))
  }
}
