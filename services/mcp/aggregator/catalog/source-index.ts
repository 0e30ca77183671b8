import { isDeepStrictEqual } from 'node:util'
import type { McpServer } from '../../../common/contracts/mcp-server.ts'
import type { ListingRecord, ToolRecord } from '../catalog.ts'
import type { CatalogSource } from './assemble-catalog.ts'
import { isHeld } from './diff-tools.ts'
import { exposedPromptName } from './name-prompts.ts'

const nothing: readonly ToolRecord[] = []

/** Kept of a server that was removed. */
export const emptyListing: ListingRecord['listing'] = {
  capabilities: {},
  instructions: undefined,
  prompts: [],
  resources: [],
  resourceTemplates: [],
}

/** What a writer asks of all that is kept; made once for one state of it. */
export class SourceIndex {
  readonly #servers: ReadonlyMap<string, McpServer>
  readonly #listings: ReadonlyMap<string, ListingRecord['listing']>
  readonly #toolsOf: ReadonlyMap<string, readonly ToolRecord[]>
  readonly #toolNames: ReadonlySet<string>
  /** Servers that offer a tool of the name, own or exposed. */
  readonly #owners = new Map<string, Set<string>>()
  readonly #promptOwners: ReadonlyMap<string, string>

  constructor({ servers, tools, listings }: CatalogSource) {
    this.#servers = new Map(servers.map((server) => [server.name, server]))
    this.#listings = new Map(listings.map(({ server, listing }) => [server, listing]))
    this.#toolsOf = Map.groupBy(tools, ({ server }) => server)
    this.#toolNames = new Set(tools.map(({ exposedName }) => exposedName))
    for (const { state, server, name, exposedName } of tools) {
      if (state === 'gone') continue
      this.#own(name, server)
      this.#own(exposedName, server)
    }
    this.#promptOwners = new Map(
      listings.flatMap(({ server, listing }) =>
        listing.prompts.map((prompt): [string, string] => [exposedPromptName(prompt), server]),
      ),
    )
  }

  server(name: string): McpServer | undefined {
    return this.#servers.get(name)
  }

  listing(server: string): ListingRecord['listing'] | undefined {
    return this.#listings.get(server)
  }

  toolsOf(server: string): readonly ToolRecord[] {
    return this.#toolsOf.get(server) ?? nothing
  }

  /** Was it looked at, and not removed since? */
  isKnown(server: string): boolean {
    const tools = this.toolsOf(server)
    const listing = this.#listings.get(server)
    if (listing === undefined || isDeepStrictEqual(listing, emptyListing)) return false
    return tools.length === 0 || tools.some(({ state }) => state !== 'gone')
  }

  /** Servers that are declared no more and of which a new one of the name could inherit something. */
  lost(): readonly string[] {
    const withTools = [...this.#toolsOf].filter(([, tools]) => tools.some(isHeld)).map(([server]) => server)
    const withListing = [...this.#listings].filter(([, listing]) => !isDeepStrictEqual(listing, emptyListing))
    const known = new Set([...withTools, ...withListing.map(([server]) => server)])
    return [...known].filter((server) => !this.#servers.has(server))
  }

  isToolName(exposedName: string): boolean {
    return this.#toolNames.has(exposedName)
  }

  /** Another server that has a tool of that name, when this one has none. */
  otherOwner(name: string, server: string): string | undefined {
    const owners = this.#owners.get(name)
    if (owners === undefined || owners.has(server)) return undefined
    const [first] = owners
    return first
  }

  isPromptNameOfOther(exposedName: string, server: string): boolean {
    const owner = this.#promptOwners.get(exposedName)
    return owner !== undefined && owner !== server
  }

  #own(name: string, server: string): void {
    const owners = this.#owners.get(name) ?? new Set()
    this.#owners.set(name, owners.add(server))
  }
}
