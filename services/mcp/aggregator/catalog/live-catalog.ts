import { isDeepStrictEqual } from 'node:util'
import type { McpServer } from '../../../common/contracts/mcp-server.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { Store } from '../../store/store.ts'
import type { CatalogNews } from '../aggregator.ts'
import type { Catalog } from '../catalog.ts'
import { JoinedWork } from '../looks/joined-work.ts'
import { CatalogAssembler, type CatalogSource } from './assemble-catalog.ts'
import { SourceIndex } from './source-index.ts'
import type { TokenCounter } from './token-counter.ts'

/** Changes of upstreams within this time are told as one; within the longer one while they go on and on. */
const burstMs = 30
const restlessBurstMs = 250
const calmMs = 1000

/** The catalog as the store has it: read, assembled and swapped whole. */
export class LiveCatalog {
  readonly #store: Pick<Store, 'mcpServers' | 'catalog'>
  readonly #tokens: TokenCounter
  readonly #log: Logger
  readonly #assembler: CatalogAssembler
  readonly #reading: JoinedWork
  readonly #listeners = new Set<(news: CatalogNews) => void>()
  #source: CatalogSource = { servers: [], tools: [], listings: [] }
  #indexed: SourceIndex | undefined
  #current: Catalog
  #isStale = false
  #swappedAtMs = Number.NEGATIVE_INFINITY
  #burst: NodeJS.Timeout | undefined

  constructor(store: Pick<Store, 'mcpServers' | 'catalog'>, tokens: TokenCounter, log: Logger) {
    this.#log = log
    this.#store = store
    this.#tokens = tokens
    this.#assembler = new CatalogAssembler((text) => tokens.count(text))
    this.#reading = new JoinedWork(() => this.#read())
    this.#current = this.#assembler.assemble(this.#source)
  }

  current(): Catalog {
    return this.#current
  }

  /** What was read last; the current catalog may be one burst behind. */
  source(): CatalogSource {
    return this.#source
  }

  index(): SourceIndex {
    this.#indexed ??= new SourceIndex(this.#source)
    return this.#indexed
  }

  /** Resolves when `source` holds all that was in the store when it was called. */
  read(): Promise<void> {
    return this.#reading.run()
  }

  swap(): void {
    clearTimeout(this.#burst)
    this.#burst = undefined
    if (!this.#isStale) return
    this.#isStale = false
    this.#swappedAtMs = performance.now()
    const before = this.#current
    const after = this.#assembler.assemble(this.#source)
    this.#current = after
    for (const listen of this.#listeners) this.#tell(listen, { before, after })
  }

  swapSoon(): void {
    if (!this.#isStale || this.#burst !== undefined) return
    const isRestless = performance.now() - this.#swappedAtMs < calmMs
    this.#burst = setTimeout(() => this.swap(), isRestless ? restlessBurstMs : burstMs)
  }

  onSwap(listen: (news: CatalogNews) => void): Disposable {
    // An object of its own: one function may listen twice.
    const listener = (news: CatalogNews): void => listen(news)
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  stop(): void {
    clearTimeout(this.#burst)
    this.#listeners.clear()
  }

  /** A listener that fails costs its own news, not those of the others, and not the process: the burst has no caller. */
  #tell(listen: (news: CatalogNews) => void, news: CatalogNews): void {
    try {
      listen(news)
    } catch (error) {
      this.#log.error({ err: error }, 'news of the tool catalog did not reach one of its listeners')
    }
  }

  async #read(): Promise<void> {
    const servers = sameWhereEqual(this.#source.servers, await this.#store.mcpServers.all())
    const { tools, listings } = await this.#store.catalog.load()
    if (tools.length > 0) await this.#tokens.load()
    const { servers: oldServers, tools: oldTools, listings: oldListings } = this.#source
    const isSame = isSameList(oldServers, servers) && isSameList(oldTools, tools) && isSameList(oldListings, listings)
    if (isSame) return
    this.#source = { servers, tools, listings }
    this.#indexed = undefined
    this.#isStale = true
  }
}

const isSameList = (before: readonly unknown[], after: readonly unknown[]): boolean =>
  before.length === after.length && before.every((item, index) => item === after[index])

/** What is made ready for a declaration hangs on its identity; equal lists are the same list. */
function sameWhereEqual(before: readonly McpServer[], after: readonly McpServer[]): readonly McpServer[] {
  const known = new Map(before.map((server) => [server.name, server]))
  const same = after.map((server) => {
    const old = known.get(server.name)
    return old !== undefined && isDeepStrictEqual(old, server) ? old : server
  })
  return isSameList(before, same) ? before : same
}
