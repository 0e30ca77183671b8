import MiniSearch from 'minisearch'
import type { FoundTool } from '../aggregator.ts'
import type { Catalog, CatalogTool } from '../catalog.ts'

interface IndexedTool {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly description: string
  readonly parameters: string
  readonly server: string
}

/** What a tool is for is said in its first lines. */
const maxDescription = 2000

const fields = ['name', 'title', 'description', 'parameters', 'server'] as const

/** Full text over the tools of one catalog after another; only what changed is indexed anew. */
export class ToolIndex {
  readonly #search = new MiniSearch<IndexedTool>({
    fields: [...fields],
    tokenize: wordsOf,
    autoVacuum: false,
    searchOptions: {
      boost: { name: 4, title: 3, description: 1.5, server: 1.5 },
      prefix: (word) => word.length > 2,
      fuzzy: (word) => (word.length > 4 ? 0.2 : false),
    },
  })
  readonly #indexed = new Map<string, { readonly tool: CatalogTool; readonly document: IndexedTool }>()
  #catalog: Catalog | undefined

  /** Best first; of equal rank by name. */
  find(catalog: Catalog, query: string, isWanted: (tool: CatalogTool) => boolean, limit: number): readonly FoundTool[] {
    this.#follow(catalog)
    const found = this.#search.search(query.slice(0, 500)).flatMap(({ id, score }) => {
      const tool = catalog.tools.get(String(id))
      return tool !== undefined && isWanted(tool) ? [{ tool, score }] : []
    })
    return found
      .toSorted((a, b) => b.score - a.score || (a.tool.exposedName < b.tool.exposedName ? -1 : 1))
      .slice(0, limit)
  }

  #follow(catalog: Catalog): void {
    if (catalog === this.#catalog) return
    this.#catalog = catalog
    for (const [id, { tool, document }] of this.#indexed) {
      if (catalog.tools.get(id) === tool) continue
      this.#search.remove(document)
      this.#indexed.delete(id)
    }
    for (const [id, tool] of catalog.tools) {
      if (this.#indexed.has(id)) continue
      const document = documentOf(tool)
      this.#search.add(document)
      this.#indexed.set(id, { tool, document })
    }
  }
}

/** Letters and digits in a row; `readTextFile` and `read_text_file` are three words each. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

function documentOf({ exposedName, server, definition }: CatalogTool): IndexedTool {
  return {
    id: exposedName,
    name: definition.name === exposedName ? exposedName : `${exposedName} ${definition.name}`,
    title: definition.title ?? definition.annotations?.title ?? '',
    description: definition.description?.slice(0, maxDescription) ?? '',
    parameters: Object.entries(definition.inputSchema.properties ?? {})
      .map(([name, schema]) => `${name} ${descriptionIn(schema)}`)
      .join(' '),
    server,
  }
}

const descriptionIn = (schema: unknown): string =>
  typeof schema === 'object' && schema !== null && 'description' in schema && typeof schema.description === 'string'
    ? schema.description
    : ''
