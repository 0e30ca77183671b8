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
import { byCodeUnit } from './by-code-unit.ts'
import { exposedPromptName, exposePrompt } from './name-prompts.ts'

/** What the store says. */
export interface CatalogSource {
  readonly servers: readonly McpServer[]
  readonly tools: readonly ToolRecord[]
  readonly listings: readonly ListingRecord[]
}

/** One for the life of the aggregator: what did not change is not made again, and keeps its identity. */
export class CatalogAssembler {
  readonly #countTokens: (text: string) => number
  readonly #tools = new WeakMap<ToolRecord, CatalogTool>()
  readonly #listings = new WeakMap<ListingRecord, ExposedListing>()

  constructor(countTokens: (text: string) => number) {
    this.#countTokens = countTokens
  }

  assemble({ servers, tools, listings }: CatalogSource): Catalog {
    const byName = new Map(
      servers.toSorted((a, b) => byCodeUnit(a.name, b.name)).map((server) => [server.name, server]),
    )
    const kept = listings.filter(({ server }) => byName.has(server)).toSorted((a, b) => byCodeUnit(a.server, b.server))
    const live = kept
      .filter(({ server }) => byName.get(server)?.enabled === true)
      .map((record) => this.#listing(record))
    const found = live.flatMap(({ resources }) => resources)
    const records = tools.toSorted((a, b) => byCodeUnit(a.exposedName, b.exposedName))
    return {
      servers: byName,
      capabilities: new Map(kept.map(({ server, listing }) => [server, listing.capabilities])),
      tools: new Map(records.map((record) => [record.exposedName, this.#tool(record)])),
      prompts: firstByKey(live.flatMap(({ prompts }) => prompts)),
      resources: firstByKey(found),
      otherResources: othersByKey(found),
      templates: live.flatMap(({ templates }) => templates),
    }
  }

  #listing(record: ListingRecord): ExposedListing {
    const made = this.#listings.get(record) ?? exposeListing(record)
    this.#listings.set(record, made)
    return made
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

interface ExposedListing {
  readonly prompts: readonly (readonly [exposedName: string, prompt: CatalogPrompt])[]
  readonly resources: readonly (readonly [uri: string, resource: CatalogResource])[]
  readonly templates: readonly CatalogTemplate[]
}

function exposeListing({ server, listing }: ListingRecord): ExposedListing {
  const from = <Item extends { readonly _meta?: Readonly<Record<string, unknown>> | undefined }>(item: Item) => ({
    ...item,
    _meta: { ...item._meta, 'hearth/server': server },
  })
  return {
    prompts: listing.prompts.map((prompt) => [
      exposedPromptName(prompt),
      { server, name: prompt.name, exposed: exposePrompt(server, prompt) },
    ]),
    resources: listing.resources.map((resource) => [resource.uri, { server, exposed: from(resource) }]),
    templates: listing.resourceTemplates.map((template) => ({ server, exposed: from(template) })),
  }
}

/** Sorted by key; of equal keys the first. */
function firstByKey<Item>(entries: readonly (readonly [string, Item])[]): ReadonlyMap<string, Item> {
  const byKey = new Map<string, Item>()
  for (const [key, item] of entries.toSorted(([a], [b]) => byCodeUnit(a, b))) if (!byKey.has(key)) byKey.set(key, item)
  return byKey
}

/** Of keys that stand more than once: all but the first. */
function othersByKey<Item>(entries: readonly (readonly [string, Item])[]): ReadonlyMap<string, readonly Item[]> {
  const seen = new Set<string>()
  const others = new Map<string, Item[]>()
  for (const [key, item] of entries) {
    if (seen.has(key)) others.set(key, [...(others.get(key) ?? []), item])
    seen.add(key)
  }
  return others
}
