import type { Audience, LeftOut, View } from '../aggregator.ts'
import { reachedResource } from '../catalog/reached-resource.ts'
import type { Catalog, CatalogTool } from '../catalog.ts'
import { ListHasher } from './list-hasher.ts'
import type { ToolRules } from './refuse-tool.ts'

/** Views of catalogs: each computed once per catalog and audience, gone with the catalog. */
export class Views {
  readonly #rules: ToolRules
  readonly #hasher = new ListHasher()
  readonly #made = new WeakMap<Catalog, Map<string, View>>()

  constructor(rules: ToolRules) {
    this.#rules = rules
  }

  view(catalog: Catalog, audience: Audience): View {
    const views = this.#made.get(catalog) ?? new Map<string, View>()
    this.#made.set(catalog, views)
    const key = audience.profile === undefined ? '' : JSON.stringify(audience.profile.tools)
    const view = views.get(key) ?? makeView(catalog, audience, { rules: this.#rules, hasher: this.#hasher })
    views.set(key, view)
    return view
  }
}

interface ViewMeans {
  readonly rules: ToolRules
  readonly hasher: ListHasher
}

function makeView(catalog: Catalog, audience: Audience, { rules, hasher }: ViewMeans): View {
  const reach = rules.reach(audience)
  const callable = [...catalog.tools.values()].filter(
    ({ exposedName }) => rules.refusal(catalog, exposedName, audience) === undefined,
  )
  const pinnedFirst = [...callable.filter(({ pinned }) => pinned), ...callable.filter(({ pinned }) => !pinned)]
  const budgetTokens = audience.profile?.tools.budget_tokens
  const { tools, leftOut } =
    budgetTokens === undefined ? { tools: pinnedFirst, leftOut: [] } : fitBudget(pinnedFirst, budgetTokens)
  const prompts = [...catalog.prompts.values()].filter(({ server }) => reach.server(server))
  const resources = [...catalog.resources.keys()].flatMap((uri) => reachedResource(catalog, uri, reach.server) ?? [])
  const templates = catalog.templates.filter(({ server }) => reach.server(server))
  let tokens: number | undefined
  return {
    tools,
    leftOut,
    get tokens() {
      tokens ??= sum(tools)
      return tokens
    },
    budgetTokens,
    prompts,
    resources,
    templates,
    hashes: hasher.hashes({ tools, prompts, resources: [...resources, ...templates] }),
  }
}

const sum = (tools: readonly CatalogTool[]): number => tools.reduce((total, { tokens }) => total + tokens, 0)

/** When so many in a row did not fit, the budget counts as used up: to count all the others would take long. */
const maxMisses = 32

/** In order, each that still fits; what is pinned fits always. */
function fitBudget(tools: readonly CatalogTool[], budgetTokens: number): Pick<View, 'tools' | 'leftOut'> {
  const taken: CatalogTool[] = []
  const leftOut: LeftOut[] = []
  let used = 0
  let misses = 0
  for (const tool of tools) {
    if (tool.pinned || (misses < maxMisses && used + tool.tokens <= budgetTokens)) {
      taken.push(tool)
      used += tool.tokens
      misses = 0
    } else {
      leftOut.push(leaveOut(tool))
      misses++
    }
  }
  return { tools: taken, leftOut }
}

const leaveOut = (tool: CatalogTool): LeftOut => ({
  exposedName: tool.exposedName,
  reason: 'budget',
  get tokens() {
    return tool.tokens
  },
})
