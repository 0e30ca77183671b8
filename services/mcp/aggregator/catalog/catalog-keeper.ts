import { isDeepStrictEqual } from 'node:util'
import type { McpServer } from '../../../common/contracts/mcp-server.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { Store } from '../../store/store.ts'
import type { ListingRecord } from '../catalog.ts'
import { takenOver } from '../exposure/name-pattern.ts'
import { SerialQueue } from '../looks/serial-queue.ts'
import type { UpstreamListing } from '../upstream.ts'
import { findFlags, smuggledText } from '../vetting/find-flags.ts'
import { type VettedListing, vetListing } from '../vetting/vet-listing.ts'
import { allGone, type DiffContext, diffTools, rejudgeTools, type ToolDiff, type ToolEvent } from './diff-tools.ts'
import type { LiveCatalog } from './live-catalog.ts'
import { namePrompts } from './name-prompts.ts'
import { emptyListing } from './source-index.ts'
import { canonicalJson } from './tool-hash.ts'

interface CatalogKeeperDeps {
  readonly store: Pick<Store, 'catalog' | 'audit'>
  readonly live: LiveCatalog
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly log: Logger
}

/** What a write of one server comes to; worked out anew when a name was taken meanwhile. */
interface Plan extends ToolDiff {
  readonly listing: ListingRecord['listing'] | undefined
}

const maxTries = 3
const maxTold = 10_000

/** The only writer of what was found at upstreams. Writes one after another, so that no name is given twice. */
export class CatalogKeeper {
  readonly #deps: CatalogKeeperDeps
  readonly #queue = new SerialQueue()
  /** As declared when tools were judged last. */
  readonly #judged = new Map<string, McpServer>()
  /** Refusals that were told already: each look finds them again. */
  readonly #told = new Map<string, string>()

  constructor(deps: CatalogKeeperDeps) {
    this.#deps = deps
  }

  async idle(): Promise<void> {
    await this.#queue.idle()
  }

  /**
   * Keeps what a look found; resolves when `live` has it read. Says whether there was anything new. What is found at a
   * server that was switched off or removed meanwhile, or is another one (`isStill`), is not kept.
   */
  async take(name: string, found: UpstreamListing, isStill: () => boolean): Promise<boolean> {
    return await this.#queue.run(async () => {
      const server = this.#deps.live.index().server(name)
      if (server?.enabled !== true || !isStill()) return false
      const { tools, listing, cut } = vetListing(found, server.command === undefined)
      this.#tellCut(name, cut)
      const own = new Set(found.tools.map((tool) => tool.name))
      return await this.#keep(name, () => {
        const diff = diffTools(tools, takenOver(server), this.#context(server, own))
        return { ...diff, listing: this.#newListing(name, listing) }
      })
    })
  }

  /** Was it known, and is it reached or filtered in another way now? */
  isDeclaredAnew(server: McpServer): boolean {
    const before = this.#judged.get(server.name)
    return before !== undefined && !isDeepStrictEqual(offerOf(before), offerOf(server))
  }

  /** Approval and names as declared now, and what is declared no more is gone. Says whether that changed anything. */
  async followDeclarations(): Promise<boolean> {
    const { servers } = this.#deps.live.source()
    // As of now: one that is declared anew while this goes on is another one.
    const lost = this.#deps.live.index().lost()
    const changed = servers.filter((server) => {
      const before = this.#judged.get(server.name)
      return before?.trust !== server.trust || !isDeepStrictEqual(before.tools, server.tools)
    })
    let hasNews = false
    for (const server of changed) hasNews = (await this.#rejudge(server)) || hasNews
    this.#judged.clear()
    for (const server of servers) this.#judged.set(server.name, server)
    for (const name of lost) hasNews = (await this.#lose(name)) || hasNews
    return hasNews
  }

  async #rejudge(server: McpServer): Promise<boolean> {
    return await this.#queue.run(() =>
      this.#keep(server.name, () => ({ ...rejudgeTools(this.#context(server, new Set())), listing: undefined })),
    )
  }

  async #lose(name: string): Promise<boolean> {
    for (const target of [...this.#told.keys()]) if (target.startsWith(`${name}/`)) this.#told.delete(target)
    return await this.#queue.run(() =>
      this.#keep(name, () => ({
        ...allGone(this.#deps.live.index().toolsOf(name), this.#deps.clock()),
        listing: emptyListing,
      })),
    )
  }

  async #keep(server: string, plan: () => Plan, tries = maxTries): Promise<boolean> {
    const { records, events, listing } = plan()
    const hasNews = records.length > 0 || listing !== undefined
    if (hasNews) {
      try {
        await this.#deps.store.catalog.save({ server, tools: records, listing })
      } catch (error) {
        // An admin took the name between our look and the write.
        if (tries === 1 || !(error instanceof HearthError) || error.code !== 'caller_conflict') throw error
        await this.#deps.live.read()
        return await this.#keep(server, plan, tries - 1)
      }
      await this.#deps.live.read()
    }
    for (const event of events) this.#tell(server, event)
    return hasNews
  }

  /** `own`: names of its tools that nobody has kept yet. */
  #context(server: DiffContext['server'], own: ReadonlySet<string>): DiffContext {
    const index = this.#deps.live.index()
    const foreign = (name: string) => (own.has(name) ? undefined : index.otherOwner(name, server.name))
    return {
      server,
      records: index.toolsOf(server.name),
      isTaken: (name) => index.isToolName(name),
      flagsOf: (tool, raw) => [smuggledText(raw) ?? [], findFlags(tool, foreign)].flat(),
      now: this.#deps.clock(),
    }
  }

  /** With the names that clients see; undefined: it is what is kept already. */
  #newListing(name: string, listing: ListingRecord['listing']): ListingRecord['listing'] | undefined {
    const index = this.#deps.live.index()
    const before = index.listing(name)
    const isTaken = (exposed: string): boolean => index.isPromptNameOfOther(exposed, name)
    const next = { ...listing, prompts: namePrompts(name, listing.prompts, before?.prompts ?? [], isTaken) }
    return before !== undefined && canonicalJson(before) === canonicalJson(next) ? undefined : next
  }

  #tell(server: string, { action, name, reason }: ToolEvent): void {
    const target = `${server}/${name.slice(0, 200)}`
    if (action === 'tool.refuse' && this.#wasTold(target, reason)) return
    const isBlocked = action === 'tool.quarantine' || action === 'tool.refuse'
    const outcome = isBlocked ? 'blocked' : 'ok'
    const code = isBlocked ? 'tool_quarantined' : null
    const detail = reason === null ? null : JSON.stringify({ reason })
    this.#deps.store.audit.record({ principal: 'hearth', action, target, outcome, code, detail })
    if (isBlocked) this.#deps.log.warn({ server, tool: name, reason }, 'a tool is kept from clients')
  }

  #tellCut(server: string, cut: VettedListing['cut']): void {
    if (Object.keys(cut).length === 0 || this.#wasTold(server, JSON.stringify(cut))) return
    this.#deps.log.warn({ server, cut }, 'an MCP server offers more than is taken over; the rest is left out')
  }

  #wasTold(target: string, reason: string | null): boolean {
    if (this.#told.get(target) === reason) return true
    if (this.#told.size >= maxTold) this.#told.clear()
    if (reason !== null) this.#told.set(target, reason)
    return false
  }
}

/** What decides on what it offers us. */
function offerOf(server: McpServer): unknown {
  const { command, args, env, cwd, url, transport, headers, oauth, image } = server
  const { allow, deny } = server.tools
  return { command, args, env, cwd, url, transport, headers, oauth, image, allow, deny }
}
