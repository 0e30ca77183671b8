import type { Tool } from '@modelcontextprotocol/client'
import type { McpServer } from '../../../common/contracts/mcp-server.ts'
import type {
  Catalog,
  CatalogPrompt,
  CatalogResource,
  CatalogTemplate,
  CatalogTool,
  ListingRecord,
  ToolRecord,
} from '../catalog.ts'
import { exposedPromptName, exposePrompt } from './name-prompts.ts'

/** What the store says. */
export interface CatalogSource {
  readonly servers: readonly McpServer[]
  readonly tools: readonly ToolRecord[]
  readonly listings: readonly ListingRecord[]
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** One for the life of the aggregator: what did not change is not made again, and keeps its identity. */
export class CatalogAssembler {
  readonly #countTokens: (text: string) => number
  readonly #tools = new WeakMap<ToolRecord, CatalogTool>()

  constructor(countTokens: (text: string) => number) {
    this.#countTokens = countTokens
  }

  assemble({ servers, tools, listings }: CatalogSource): Catalog {
    const byName = new Map(servers.toSorted((a, b) => compare(a.name, b.name)).map((server) => [server.name, server]))
    const kept = listings.filter(({ server }) => byName.has(server)).toSorted((a, b) => compare(a.server, b.server))
    const live = kept.filter(({ server }) => byName.get(server)?.enabled === true)
    const records = tools.toSorted((a, b) => compare(a.exposedName, b.exposedName))
    return {
      servers: byName,
      capabilities: new Map(kept.map(({ server, listing }) => [server, listing.capabilities])),
      tools: new Map(records.map((record) => [record.exposedName, this.#tool(record)])),
      prompts: promptsOf(live),
      resources: resourcesOf(live),
      templates: templatesOf(live),
    }
  }

  #tool(record: ToolRecord): CatalogTool {
    const made = this.#tools.get(record) ?? catalogTool(record, this.#countTokens)
    this.#tools.set(record, made)
    return made
  }
}

/** Tokens are counted when somebody asks: most lists have no budget. */
function catalogTool(record: ToolRecord, countTokens: (text: string) => number): CatalogTool {
  const exposed = exposeTool(record)
  let counted: number | undefined
  return {
    ...record,
    exposed,
    get tokens() {
      counted ??= countTokens(JSON.stringify(exposed))
      return counted
    },
  }
}

function exposeTool({ server, exposedName, definition }: ToolRecord): Tool {
  const { name, title, annotations, _meta, ...rest } = definition
  return {
    name: exposedName,
    title: `${title ?? annotations?.title ?? name} (${server})`,
    ...rest,
    ...(annotations !== undefined && { annotations }),
    _meta: { ..._meta, 'hearth/server': server, 'hearth/tool': name },
  }
}

function promptsOf(listings: readonly ListingRecord[]): ReadonlyMap<string, CatalogPrompt> {
  const prompts = listings.flatMap(({ server, listing }) =>
    listing.prompts.map((prompt): [string, CatalogPrompt] => [
      exposedPromptName(prompt),
      { server, name: prompt.name, exposed: exposePrompt(server, prompt) },
    ]),
  )
  return new Map(prompts.toSorted(([a], [b]) => compare(a, b)))
}

function resourcesOf(listings: readonly ListingRecord[]): ReadonlyMap<string, CatalogResource> {
  const byUri = new Map<string, CatalogResource>()
  for (const { server, listing } of listings)
    for (const resource of listing.resources) {
      const exposed = { ...resource, _meta: { ...resource._meta, 'hearth/server': server } }
      if (!byUri.has(resource.uri)) byUri.set(resource.uri, { server, exposed })
    }
  return new Map([...byUri].toSorted(([a], [b]) => compare(a, b)))
}

const templatesOf = (listings: readonly ListingRecord[]): readonly CatalogTemplate[] =>
  listings.flatMap(({ server, listing }) =>
    listing.resourceTemplates.map((template) => ({
      server,
      exposed: { ...template, _meta: { ...template._meta, 'hearth/server': server } },
    })),
  )
