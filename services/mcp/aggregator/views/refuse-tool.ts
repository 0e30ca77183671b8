import type { McpServer } from '../../../common/contracts/mcp-server.ts'
import type { ModelProfile } from '../../../common/contracts/model-profile.ts'
import type { Audience, ToolRefusal } from '../aggregator.ts'
import type { Catalog, CatalogTool } from '../catalog.ts'
import { matcher, takenOver } from '../exposure/name-pattern.ts'

/** Whom an audience may reach. */
export interface Reach {
  readonly server: (server: string) => boolean
  readonly tool: (tool: Pick<CatalogTool, 'server' | 'exposedName'>) => boolean
}

const everything: Reach = { server: () => true, tool: () => true }

/** Patterns made ready once for each declaration and profile, which are immutable. */
export class ToolRules {
  readonly #takenOver = new WeakMap<McpServer, (name: string) => boolean>()
  readonly #reaches = new WeakMap<ModelProfile['tools'], Reach>()

  reach({ profile }: Audience): Reach {
    if (profile === undefined) return everything
    const reach = this.#reaches.get(profile.tools) ?? reachOf(profile.tools)
    this.#reaches.set(profile.tools, reach)
    return reach
  }

  /** Why the tool cannot be called now, the first reason that holds; undefined: it can. */
  refusal(catalog: Catalog, exposedName: string, audience: Audience): ToolRefusal | undefined {
    const tool = catalog.tools.get(exposedName)
    if (tool === undefined) return 'unknown'
    if (!this.reach(audience).tool(tool)) return 'not_in_profile'
    return this.#refused(tool, catalog.servers.get(tool.server))
  }

  #refused(tool: CatalogTool, server: McpServer | undefined): ToolRefusal | undefined {
    if (server === undefined || tool.state === 'gone') return 'gone'
    if (!server.enabled) return 'server_off'
    if (!tool.enabled || !this.#isTakenOver(server, tool.name)) return 'off'
    // Only the shape that was approved is callable, whatever else a record says.
    return tool.state === 'quarantined' || tool.approvedHash !== tool.hash ? 'quarantined' : undefined
  }

  #isTakenOver(server: McpServer, name: string): boolean {
    const isTakenOver = this.#takenOver.get(server) ?? takenOver(server)
    this.#takenOver.set(server, isTakenOver)
    return isTakenOver(name)
  }
}

function reachOf({ servers, allow, deny }: ModelProfile['tools']): Reach {
  const reached = new Set(servers)
  const isAllowed = allow.length === 0 ? () => true : matcher(allow)
  const isDenied = matcher(deny)
  return {
    server: (server) => reached.has(server),
    tool: ({ server, exposedName }) => reached.has(server) && isAllowed(exposedName) && !isDenied(exposedName),
  }
}
