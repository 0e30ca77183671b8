import { z } from 'zod'
import { origins, resourceName } from '../../../common/contracts/resource.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { UpstreamState } from '../../aggregator/upstream.ts'
import type { ApiContext } from '../../api/api-context.ts'
import { settleWrite } from '../../api/settle-write.ts'
import type { OwnTool } from '../own-parts.ts'
import { ownTool } from './own-tool.ts'
import { type ServerSummary, serverSummaries } from './server-summary.ts'
import { explainRefusal } from './tool-refusal.ts'

/** What is connected, and ON/OFF. */
export const switchTools = (deps: ApiContext): readonly OwnTool[] => [listServers(deps), setServer(deps), setTool(deps)]

const states = ['off', 'disabled', 'cold', 'starting', 'ready', 'backoff', 'open', 'unauthorized'] as const

const server = z.object({
  name: z.string(),
  enabled: z.boolean(),
  origin: z.enum(origins),
  state: z.enum(states satisfies readonly UpstreamState[]),
  last_error: z.string().nullable(),
  tools: z.int().describe('That may be called'),
  tools_off: z.int(),
  tools_quarantined: z.int().describe('That wait for an admin'),
}) satisfies z.ZodType<ServerSummary>

const listServers = ({ aggregator }: ApiContext): OwnTool =>
  ownTool({
    name: 'hearth_list_servers',
    title: 'List servers',
    description:
      'The MCP servers behind this house: ON or OFF, their state, and how many tools each has. ' +
      'Up to 200, by name; use after to go on.',
    effect: 'reads',
    anyOf: ['read', 'settings', 'tools'],
    input: z.strictObject({
      after: resourceName.exactOptional().describe('Only those whose name comes after this one'),
    }),
    output: z.object({ servers: z.array(server), has_more: z.boolean() }),
    run: async ({ after = '' }, { principal }) => {
      const rest = serverSummaries(aggregator, principal).filter(({ name }) => name > after)
      return { servers: rest.slice(0, MAX_SERVERS), has_more: rest.length > MAX_SERVERS }
    },
  })

const MAX_SERVERS = 200

const setServer = (deps: ApiContext): OwnTool =>
  ownTool({
    name: 'hearth_set_server',
    title: 'Switch a server',
    description:
      'Switches an MCP server with all its tools ON or OFF, also a declared one. In force everywhere when it is answered.',
    effect: 'switches',
    anyOf: ['settings'],
    input: z.strictObject({ name: resourceName, enabled: z.boolean() }),
    output: z.object({ name: z.string(), enabled: z.boolean(), revision: z.int() }),
    run: async ({ name, enabled }, { principal }) => {
      const { revision } = await deps.store.mcpServers.toggle(name, enabled, undefined)
      await settleWrite(deps, { principal, action: 'mcp_server.toggle', target: name, detail: { enabled } })
      return { name, enabled, revision }
    },
  })

const setTool = (deps: ApiContext): OwnTool =>
  ownTool({
    name: 'hearth_set_tool',
    title: 'Switch a tool',
    description: 'Switches one tool of an MCP server ON or OFF. In force everywhere when it is answered.',
    effect: 'switches',
    anyOf: ['settings'],
    input: z.strictObject({ name: z.string().min(1).max(128).describe('As clients see it'), enabled: z.boolean() }),
    output: z.object({
      name: z.string(),
      server: z.string(),
      enabled: z.boolean(),
      callable: z.boolean(),
      reason: z.string().exactOptional().describe('Why it cannot be called although it is ON'),
    }),
    run: async ({ name, enabled }, { principal }) => {
      const tool = deps.aggregator.catalog().tools.get(name)
      if (tool === undefined) throw noSuchTool(name)
      await deps.store.catalog.decide({ server: tool.server, name: tool.name }, { enabled }, undefined)
      const target = `${tool.server}/${tool.name}`
      await settleWrite(deps, { principal, action: 'tool.toggle', target, detail: { enabled } })
      const refusal = deps.aggregator.refusal(name, { profile: undefined })
      const why = enabled && refusal !== undefined ? { reason: explainRefusal(refusal).reason } : {}
      return { name, server: tool.server, enabled, callable: refusal === undefined, ...why }
    },
  })

const noSuchTool = (name: string): HearthError =>
  new HearthError('caller_not_found', `There is no tool named ${name}; find it with hearth_search_tools.`)
