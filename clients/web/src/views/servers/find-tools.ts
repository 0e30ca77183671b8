import type { HouseServer, HouseTool } from './house-shapes.ts'

/** A server with what of it fits the words that are looked for. */
export interface FoundServer {
  readonly server: HouseServer
  /** All of them without a search. */
  readonly tools: readonly HouseTool[]
}

/**
 * Without words every server with its tools. With some: servers of whose name and address all words are part, with all
 * tools; and others with those tools of whose names, title and description all words are part.
 */
export function findTools(
  query: string,
  servers: readonly HouseServer[],
  tools: readonly HouseTool[],
): readonly FoundServer[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const fits = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word))
  const byServer = Map.groupBy(tools, ({ server }) => server)
  return servers.flatMap((server) => {
    const own = byServer.get(server.name) ?? []
    if (fits(`${server.name} ${server.url ?? server.command ?? ''}`)) return [{ server, tools: own }]
    const found = own.filter((tool) => fits(textOf(tool)))
    return found.length === 0 ? [] : [{ server, tools: found }]
  })
}

const textOf = ({ server, name, exposed_name, definition }: HouseTool): string =>
  `${server} ${name} ${exposed_name} ${definition.title ?? ''} ${definition.description ?? ''}`
