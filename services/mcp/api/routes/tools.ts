import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Aggregator } from '../../aggregator/aggregator.ts'
import type { CatalogTool } from '../../aggregator/catalog.ts'
import type { CatalogRecords } from '../../store/store.ts'
import { isGuest } from '../access.ts'
import type { ApiContext } from '../api-context.ts'
import { contentTag, revisionTag } from '../entity-tag.ts'
import { listTools } from '../list-tools.ts'
import { expectedRevision } from '../preconditions.ts'
import { type Answer, type Route, tokenRoute } from '../route.ts'
import { noBody, noParams, noQuery } from '../schemas/request-schema.ts'
import { toolApproval, toolPage, toolParams, toolPatch, toolQuery, toolView } from '../schemas/tool-schema.ts'
import { type DoneWrite, settleWrite } from '../settle-write.ts'
import { viewOfTool } from '../tool-view.ts'

/** Tools of all MCP servers: what is known of them, and what people decide about them. Guests see none. */
export const toolRoutes = (): readonly Route[] => [listAllTools(), getTool(), patchTool(), approveTool()]

const listAllTools = (): Route =>
  tokenRoute(
    {
      operation: 'listTools',
      method: 'GET',
      path: '/mcp/tools',
      summary:
        'Tools of all MCP servers by name, also those that are off, wait or are gone; with `q` found ones, best first',
      anyOf: ['read', 'settings', 'tools'],
      success: { type: 'json', status: 200, schema: toolPage },
    },
    { params: noParams, query: toolQuery, body: noBody },
    async ({ query, principal }, { aggregator }) => {
      const { items, nextCursor = null } = isGuest(principal) ? { items: [] } : listTools(aggregator, query)
      const body = { data: items.map((tool) => viewOfTool(tool, aggregator)), next_cursor: nextCursor }
      return { type: 'json', status: 200, body, tag: contentTag(JSON.stringify(body)) }
    },
  )

const getTool = (): Route =>
  tokenRoute(
    {
      operation: 'getTool',
      method: 'GET',
      path: '/mcp/tools/{exposed_name}',
      summary: 'One of them, by the name that clients see',
      anyOf: ['read', 'settings', 'tools'],
      success: { type: 'json', status: 200, schema: toolView },
      errors: ['caller_not_found'],
    },
    { params: toolParams, query: noQuery, body: noBody },
    async ({ params, principal }, { aggregator }) => {
      if (isGuest(principal)) throw noSuchTool(params.exposed_name)
      return shown(toolNamed(aggregator, params.exposed_name), aggregator)
    },
  )

const patchTool = (): Route =>
  tokenRoute(
    {
      operation: 'patchTool',
      method: 'PATCH',
      path: '/mcp/tools/{exposed_name}',
      summary: 'Switches it ON or OFF, pins it, or gives it another name for clients',
      anyOf: ['settings'],
      success: { type: 'json', status: 200, schema: toolView },
      errors: ['caller_not_found', 'caller_conflict'],
    },
    { params: toolParams, query: noQuery, body: toolPatch },
    async ({ params, body, principal, ...conditions }, context) => {
      const tool = toolNamed(context.aggregator, params.exposed_name)
      const { exposed_name, ...change } = body
      const whole = { ...change, ...(exposed_name === undefined ? {} : { exposedName: exposed_name }) }
      const isToggle = Object.keys(body).join() === 'enabled'
      const done = { principal, action: isToggle ? 'tool.toggle' : 'tool.update', detail: body }
      return await decide(context, { tool, change: whole, ifRevision: expectedRevision(tool, conditions), done })
    },
  )

const approveTool = (): Route =>
  tokenRoute(
    {
      operation: 'approveTool',
      method: 'POST',
      path: '/mcp/tools/{exposed_name}/approve',
      summary: 'Takes it out of quarantine as it was looked at',
      anyOf: ['admin'],
      success: { type: 'json', status: 200, schema: toolView },
      errors: ['caller_not_found', 'caller_conflict'],
    },
    { params: toolParams, query: noQuery, body: toolApproval },
    async ({ params, body: { hash }, principal }, context) => {
      const tool = toolNamed(context.aggregator, params.exposed_name)
      if (tool.hash !== hash) {
        throw new HearthError('caller_conflict', 'hash: the tool has changed again; look at it as it is now.', {
          details: { param: 'hash' },
        })
      }
      if (tool.state === 'gone') throw new HearthError('caller_conflict', 'Its server lists this tool no more.')
      const change = { state: 'active', reason: null, approvedHash: hash } as const
      const done = { principal, action: 'tool.approve', detail: { hash } }
      return await decide(context, { tool, change, ifRevision: tool.revision, done })
    },
  )

interface Decision {
  readonly tool: CatalogTool
  readonly change: Parameters<CatalogRecords['decide']>[1]
  readonly ifRevision: number | undefined
  readonly done: Omit<DoneWrite, 'target'>
}

async function decide(
  context: ApiContext,
  { tool: { server, name }, change, ifRevision, done }: Decision,
): Promise<Answer> {
  const { exposedName } = await context.store.catalog.decide({ server, name }, change, ifRevision)
  await settleWrite(context, { ...done, target: `${server}/${name}` })
  return shown(toolNamed(context.aggregator, exposedName), context.aggregator)
}

/** @throws HearthError `caller_not_found`. */
export function toolNamed(aggregator: Pick<Aggregator, 'catalog'>, exposedName: string): CatalogTool {
  const tool = aggregator.catalog().tools.get(exposedName)
  if (tool !== undefined) return tool
  throw noSuchTool(exposedName)
}

const noSuchTool = (name: string): HearthError =>
  new HearthError('caller_not_found', `There is no tool named ${name}; list the tools to see which exist.`)

/** `callable` changes with its server, which leaves the revision of the tool. */
const shown = (tool: CatalogTool, aggregator: Pick<Aggregator, 'refusal'>): Answer => ({
  type: 'json',
  status: 200,
  body: viewOfTool(tool, aggregator),
  tag: revisionTag(tool.revision),
  isVolatile: true,
})
