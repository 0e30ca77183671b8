import type { McpServerSpec } from '../../../common/contracts/mcp-server.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { isGuest } from '../access.ts'
import type { ApiContext } from '../api-context.ts'
import { revisionTag } from '../entity-tag.ts'
import { type Route, tokenRoute } from '../route.ts'
import { nameParams, noBody, noQuery } from '../schemas/request-schema.ts'
import { serverCreation, serverPage, serverReplacement, serverView } from '../schemas/server-schema.ts'
import { demandServerChange, demandServerWrite } from '../server-rule.ts'
import { serverViewer } from '../server-view.ts'
import { type SettingsKind, settingsRoutes } from '../settings-routes.ts'
import { recordWrite } from '../settle-write.ts'

/** External MCP servers: rights and shapes, the same in REST and in the tools of MCP. Guests see none. */
export const serverKind: SettingsKind<McpServerSpec> = {
  plural: 'mcp/servers',
  noun: 'McpServer',
  readScopes: ['read', 'settings', 'tools'],
  writeScopes: ['settings'],
  view: serverView,
  page: serverPage,
  creation: serverCreation,
  replacement: serverReplacement,
  objects: (store) => store.mcpServers,
  visibility: async (caller) => () => !isGuest(caller),
  demandChange: demandServerChange,
  demandWrite: (caller, spec, { allowApiCommands }) => demandServerWrite(caller, spec, allowApiCommands()),
  toggle: (store, name, enabled, ifRevision) => store.mcpServers.toggle(name, enabled, ifRevision),
  viewer: (caller, { aggregator }) => serverViewer(caller, aggregator),
}

export const serverRoutes = (): readonly Route[] => [
  ...settingsRoutes(serverKind),
  actRoute({
    verb: 'restart',
    summary: 'Stops it and closes its breaker; it starts again when it is needed',
    act: ({ aggregator }, name) => aggregator.restart(name),
  }),
  actRoute({
    verb: 'refresh',
    summary: 'Starts it if need be and looks anew at what it offers',
    act: ({ aggregator }, name, signal) => aggregator.refresh(name, signal),
  }),
]

interface Act {
  readonly verb: 'restart' | 'refresh'
  readonly summary: string
  act(context: ApiContext, name: string, signal: AbortSignal): Promise<void>
}

/** Answered with the server as it is afterwards. */
const actRoute = ({ verb, summary, act }: Act): Route =>
  tokenRoute(
    {
      operation: `${verb}McpServer`,
      method: 'POST',
      path: `/mcp/servers/{name}/${verb}`,
      summary,
      anyOf: ['settings'],
      success: { type: 'json', status: 200, schema: serverView },
      errors: ['caller_not_found', 'tool_disabled', 'tool_unavailable', 'tool_timeout'],
    },
    { params: nameParams, query: noQuery, body: noBody },
    async ({ params: { name }, principal, signal }, context) => {
      const server = await context.store.mcpServers.get(name)
      if (server === undefined) {
        throw new HearthError('caller_not_found', `There is no mcp server named ${name}; list them to see which exist.`)
      }
      if (!server.enabled)
        throw new HearthError('tool_disabled', `The mcp server ${name} is switched off; switch it on first.`)
      await act(context, name, signal)
      recordWrite(context, { principal, action: `mcp_server.${verb}`, target: name })
      const body = serverViewer(principal, context.aggregator)(server)
      return { type: 'json', status: 200, body, tag: revisionTag(server.revision) }
    },
  )
