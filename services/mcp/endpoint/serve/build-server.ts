import { isInputRequiredResult, Server, type ServerContext, type ServerOptions } from '@modelcontextprotocol/server'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { Ask } from '../requests/ask.ts'
import { shownError } from '../requests/refusals.ts'
import type { Requests } from '../requests/requests.ts'

export interface ServerParts {
  readonly requests: Requests
  readonly options: ServerOptions
  readonly version: string
  readonly log: Logger
}

/** A server of the SDK that answers what both eras have; `askOf` is how a request of its era becomes an `Ask`. */
export function buildServer(
  { requests, options, version, log }: ServerParts,
  askOf: (ctx: ServerContext, server: Server) => Ask,
): Server {
  const server = new Server({ name: 'hearth', title: 'Hearth', version }, options)
  const handle = async <Answer>(ctx: ServerContext, work: (ask: Ask) => Answer | Promise<Answer>): Promise<Answer> => {
    const ask = askOf(ctx, server)
    try {
      return await work(ask)
    } catch (error) {
      throw shownError(error, { era: ask.era, log })
    }
  }
  server.setRequestHandler('tools/list', ({ params }, ctx) =>
    handle(ctx, (ask) => requests.listTools(ask, params ?? {})),
  )
  server.setRequestHandler('tools/call', ({ params }, ctx) =>
    handle(ctx, async (ask) => {
      const result = await requests.callTool(ask, params)
      // Revisions with sessions know only objects as structured content.
      if (ask.era === 'modern' || isInputRequiredResult(result)) return result
      return server.projectCallToolResult(result, requests.outputSchemaOf(params.name))
    }),
  )
  server.setRequestHandler('prompts/list', ({ params }, ctx) =>
    handle(ctx, (ask) => requests.listPrompts(ask, params ?? {})),
  )
  server.setRequestHandler('prompts/get', ({ params }, ctx) => handle(ctx, (ask) => requests.getPrompt(ask, params)))
  server.setRequestHandler('resources/list', ({ params }, ctx) =>
    handle(ctx, (ask) => requests.listResources(ask, params ?? {})),
  )
  server.setRequestHandler('resources/templates/list', ({ params }, ctx) =>
    handle(ctx, (ask) => requests.listTemplates(ask, params ?? {})),
  )
  server.setRequestHandler('resources/read', ({ params }, ctx) =>
    handle(ctx, (ask) => requests.readResource(ask, params)),
  )
  server.setRequestHandler('completion/complete', ({ params }, ctx) =>
    handle(ctx, (ask) => requests.complete(ask, params)),
  )
  return server
}
