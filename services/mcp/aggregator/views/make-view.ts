import { createHash } from 'node:crypto'
import type { Audience, LeftOut, View } from '../aggregator.ts'
import type { Catalog, CatalogTool } from '../catalog.ts'
import type { ToolRules } from './refuse-tool.ts'

/** Views of catalogs: each computed once per catalog and audience, gone with the catalog. */
export class Views {
  readonly #rules: ToolRules
  readonly #made = new WeakMap<Catalog, Map<string, View>>()

  constructor(rules: ToolRules) {
    this.#rules = rules
  }

  view(catalog: Catalog, audience: Audience): View {
    const views = this.#made.get(catalog) ?? new Map<string, View>()
    this.#made.set(catalog, views)
    const key = audience.profile === undefined ? '' : JSON.stringify(audience.profile.tools)
    const view = views.get(key) ?? makeView(catalog, audience, this.#rules)
    views.set(key, view)
    return view
  }
}

function makeView(catalog: Catalog, audience: Audience, rules: ToolRules): View {
  const reach = rules.reach(audience)
  const callable = [...catalog.tools.values()].filter(
    ({ exposedName }) => rules.refusal(catalog, exposedName, audience) === undefined,
  )
  const pinnedFirst = [...callable.filter(({ pinned }) => pinned), ...callable.filter(({ pinned }) => !pinned)]
  const budgetTokens = audience.profile?.tools.budget_tokens
  const { tools, leftOut } =
    budgetTokens === undefined ? { tools: pinnedFirst, leftOut: [] } : fitBudget(pinnedFirst, budgetTokens)
  const prompts = [...catalog.prompts.values()].filter(({ server }) => reach.server(server))
  const resources = [...catalog.resources.values()].filter(({ server }) => reach.server(server))
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
    hashes: lazyHashes({ tools, prompts, resources: [...resources, ...templates] }),
  }
}

const sum = (tools: readonly CatalogTool[]): number => tools.reduce((total, { tokens }) => total + tokens, 0)

/** In order, each that still fits; what is pinned fits always. */
function fitBudget(tools: readonly CatalogTool[], budgetTokens: number): Pick<View, 'tools' | 'leftOut'> {
  const taken: CatalogTool[] = []
  const leftOut: LeftOut[] = []
  let used = 0
  for (const tool of tools) {
    if (tool.pinned || used + tool.tokens <= budgetTokens) {
      taken.push(tool)
      used += tool.tokens
    } else leftOut.push({ exposedName: tool.exposedName, reason: 'budget', tokens: tool.tokens })
  }
  return { tools: taken, leftOut }
}

interface Exposed {
  readonly exposed: object
}

/** Computed when they are asked for: who compares lists of one audience does not pay for those of others. */
function lazyHashes(lists: Readonly<Record<'tools' | 'prompts' | 'resources', readonly Exposed[]>>): View['hashes'] {
  const made = new Map<string, string>()
  const of = (kind: keyof typeof lists): string => {
    const hash = made.get(kind) ?? hashOf(lists[kind])
    made.set(kind, hash)
    return hash
  }
  return {
    get tools() {
      return of('tools')
    },
    get prompts() {
      return of('prompts')
    },
    get resources() {
      return of('resources')
    },
  }
}

function hashOf(items: readonly Exposed[]): string {
  const hash = createHash('sha256')
  for (const { exposed } of items) hash.update(`${JSON.stringify(exposed)}\n`)
  return hash.digest('base64')
}
