import type { Registry } from 'prom-client'
import type { McpServer } from '../../common/contracts/mcp-server.ts'
import type { ChangeBus, Doorbell } from '../../common/contracts/settings.ts'
import { abortable } from '../../common/lifecycle/abortable.ts'
import type { Part } from '../../common/lifecycle/part.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { Store } from '../store/store.ts'
import type { Aggregator, Audience, CatalogNews, ClientExchange, FoundTool, ToolRefusal, View } from './aggregator.ts'
import { type AggregatorMetrics, createAggregatorMetrics } from './aggregator-metrics.ts'
import { CallDesk } from './calls/call-desk.ts'
import { CallLedger } from './calls/call-ledger.ts'
import { ResourceWatches } from './calls/resource-watches.ts'
import { CatalogKeeper } from './catalog/catalog-keeper.ts'
import { LiveCatalog } from './catalog/live-catalog.ts'
import { TokenCounter } from './catalog/token-counter.ts'
import type { Catalog } from './catalog.ts'
import { KeptVerdicts } from './kept-verdicts.ts'
import { JoinedWork } from './looks/joined-work.ts'
import { LookSchedule, type LookTimings, lookTimings } from './looks/look-schedule.ts'
import { reachHash } from './upstream/reach.ts'
import type {
  Era,
  ExchangeAnswer,
  Upstream,
  UpstreamListener,
  UpstreamPool,
  UpstreamStatus,
  Verdicts,
} from './upstream.ts'
import { Views } from './views/make-view.ts'
import { ToolRules } from './views/refuse-tool.ts'
import { ToolIndex } from './views/tool-index.ts'

export interface AggregatorDeps {
  readonly store: Pick<Store, 'mcpServers' | 'catalog' | 'audit'>
  readonly bus: ChangeBus
  readonly pool: (listener: UpstreamListener, verdicts: Verdicts) => UpstreamPool
  /** What becomes of calls under way to what is switched off. */
  readonly onDisable: () => 'finish' | 'cancel'
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly log: Logger
  /** Absent: nothing is counted. */
  readonly metrics?: Registry
  /** Default: `lookTimings`. */
  readonly timings?: Partial<LookTimings>
  /** 0 ≤ x < 1; default: Math.random. */
  readonly random?: () => number
}

/** Looks in the background at the same time, in each lane: each may start a process. */
const parallelLooks = 4
const pruneEveryMs = 24 * 3_600_000
/** A name is kept for a tool that is gone. */
const goneForMs = 30 * 24 * 3_600_000

type Look = 'news' | 'same' | 'stale'

/** The aggregator over the store: started when the lists stand, without a look at any upstream. */
export function createAggregator(deps: AggregatorDeps): Aggregator & Part {
  return new LiveAggregator(deps)
}

class LiveAggregator implements Aggregator, Part {
  readonly name = 'aggregator'
  readonly #deps: AggregatorDeps
  readonly #metrics: AggregatorMetrics
  readonly #live: LiveCatalog
  readonly #keeper: CatalogKeeper
  readonly #verdicts: KeptVerdicts
  readonly #pool: UpstreamPool
  readonly #schedule: LookSchedule
  readonly #desk: CallDesk
  readonly #watches: ResourceWatches
  readonly #rules = new ToolRules()
  readonly #views = new Views(this.#rules)
  readonly #index = new ToolIndex()
  readonly #syncing = new JoinedWork(() => this.#sync())
  readonly #resourceListeners = new Set<(server: string, uri: string) => void>()
  /** Of what runs or ran, as last told: to ask for a whole status at every call is dear. */
  readonly #states = new Map<string, Pick<UpstreamStatus, 'state' | 'era'>>()
  readonly #ended = new AbortController()
  #applied: readonly McpServer[] | undefined
  /** As the pool has them. */
  #declared: ReadonlyMap<string, McpServer> = new Map()
  /** How many wait for a sync: what they changed is swapped at once, other changes as one burst. */
  #hurried = 0
  #pruning: NodeJS.Timeout | undefined

  constructor(deps: AggregatorDeps) {
    const { store, log, clock } = deps
    this.#deps = deps
    this.#metrics = createAggregatorMetrics(deps.metrics, () => countByState(this.catalog()))
    this.#live = new LiveCatalog(store, new TokenCounter(), log)
    this.#keeper = new CatalogKeeper({ store, live: this.#live, clock, log })
    this.#verdicts = new KeptVerdicts({ records: store.catalog, clock, log })
    this.#pool = deps.pool(this.#listener(), this.#verdicts)
    const upstream = (server: string) => this.#pool.get(server)
    this.#schedule = new LookSchedule({
      look: (server, signal) => this.#look(server, signal),
      isRunning: (server) => this.#isReady(server),
      random: deps.random ?? Math.random,
      timings: { ...lookTimings, ...deps.timings },
      parallel: parallelLooks,
    })
    this.#desk = new CallDesk({
      catalog: () => this.catalog(),
      rules: this.#rules,
      upstream,
      isReady: (server) => this.#isReady(server),
      look: async (server, signal) => {
        await this.#schedule.once(server, signal)
        this.#live.swap()
      },
      ledger: new CallLedger(store.audit, this.#metrics),
    })
    this.#watches = new ResourceWatches({ upstream, isOn: (server) => this.#isOn(server) })
    this.#live.onSwap(() => this.#onSwap())
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#verdicts.load()
    await this.#pool.start(signal)
    this.#schedule.start()
    await this.sync(signal)
    await this.#prune()
    this.#pruning = setInterval(() => void this.#prune(), pruneEveryMs).unref()
    const listener = {
      onMessage: ({ kinds }: Doorbell) => {
        if (kinds.includes('mcp_servers') || kinds.includes('tools')) this.#syncLater()
      },
      onSubscribed: () => this.#syncLater(),
    }
    this.#deps.bus.subscribe('settings', listener, this.#ended.signal)
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#ended.abort()
    clearInterval(this.#pruning)
    const looks = this.#schedule.stop()
    await this.#pool.stop(deadline)
    await looks
    await this.#syncing.idle()
    await this.#keeper.idle()
    await this.#verdicts.idle()
    this.#live.stop()
  }

  catalog(): Catalog {
    return this.#live.current()
  }

  view(audience: Audience): View {
    return this.#views.view(this.catalog(), audience)
  }

  statuses(): readonly UpstreamStatus[] {
    return this.#pool.statuses()
  }

  eraOf(server: string): Era | undefined {
    return this.#states.get(server)?.era
  }

  refusal(exposedName: string, audience: Audience): ToolRefusal | undefined {
    return this.#rules.refusal(this.catalog(), exposedName, audience)
  }

  search(query: string, audience: Audience, limit: number): readonly FoundTool[] {
    const isWanted = ({ exposedName }: { readonly exposedName: string }) =>
      this.refusal(exposedName, audience) === undefined
    return this.#index.find(this.catalog(), query, isWanted, limit)
  }

  async exchange(request: ClientExchange): Promise<ExchangeAnswer> {
    return await this.#desk.exchange(request)
  }

  watchResource(uri: string, audience: Audience): Disposable | undefined {
    const server = this.#desk.finder.resource(this.catalog(), uri, audience)
    return server === undefined ? undefined : this.#watches.add(server, uri)
  }

  async sync(signal: AbortSignal): Promise<void> {
    this.#hurried++
    try {
      await abortable(this.#syncing.run(), signal)
      this.#live.swap()
    } finally {
      this.#hurried--
    }
  }

  async refresh(server: string, signal: AbortSignal): Promise<void> {
    await this.#schedule.now(server, signal)
    this.#live.swap()
  }

  async restart(server: string): Promise<void> {
    await this.#pool.restart(server)
  }

  onCatalog(listen: (news: CatalogNews) => void): Disposable {
    return this.#live.onSwap(listen)
  }

  onResourceUpdated(listen: (server: string, uri: string) => void): Disposable {
    const listener = (server: string, uri: string): void => listen(server, uri)
    this.#resourceListeners.add(listener)
    return { [Symbol.dispose]: () => void this.#resourceListeners.delete(listener) }
  }

  #listener(): UpstreamListener {
    return {
      onListsChanged: (server) => this.#schedule.changed(server),
      onResourceUpdated: (server, uri) => {
        if (this.#isOn(server)) for (const listen of this.#resourceListeners) listen(server, uri)
      },
      onStatus: ({ name }) => this.#noteState(name),
    }
  }

  /** Asked of who has the name now: what is told may come from one of that name that was removed. */
  #noteState(server: string): void {
    const status = this.#pool.get(server)?.status()
    if (status === undefined) this.#states.delete(server)
    else this.#states.set(server, { state: status.state, era: status.era })
  }

  #isReady(server: string): boolean {
    const { state } = this.#states.get(server) ?? this.#pool.get(server)?.status() ?? {}
    return state === 'ready'
  }

  #isOn(server: string): boolean {
    return this.catalog().servers.get(server)?.enabled === true
  }

  /** Lists and calls first: whatever else has to be done, what is off is off. */
  async #sync(): Promise<void> {
    await this.#live.read()
    if (this.#ended.signal.aborted) return
    if (this.#hurried > 0) this.#live.swap()
    else this.#live.swapSoon()
    const { servers } = this.#live.source()
    if (servers === this.#applied) return
    this.#pool.apply(servers)
    this.#declared = new Map(servers.map((server) => [server.name, server]))
    this.#watches.rebind()
    this.#watchServers()
    if (await this.#keeper.followDeclarations()) this.#live.swapSoon()
    this.#applied = servers
  }

  #syncLater(): void {
    this.#syncing.run().catch((error: unknown) => {
      if (!this.#ended.signal.aborted)
        this.#deps.log.warn({ err: error }, 'the tool catalog was not read again, the old one serves')
    })
  }

  #watchServers(): void {
    const { servers } = this.#live.source()
    const index = this.#live.index()
    for (const server of servers) {
      if (server.enabled) this.#schedule.watch(server.name, index.isKnown(server.name))
      else this.#schedule.forget(server.name)
      if (this.#keeper.isDeclaredAnew(server)) this.#schedule.soon(server.name)
    }
    const declared = new Set(this.#declared.keys())
    for (const kept of [this.#schedule, this.#metrics, this.#verdicts]) kept.keepOnly(declared)
    for (const name of this.#states.keys()) if (!declared.has(name)) this.#states.delete(name)
  }

  async #look(server: string, signal: AbortSignal): Promise<void> {
    try {
      let found: Look
      do found = await this.#lookOnce(server, signal)
      while (found === 'stale')
      this.#metrics.looked(found)
    } catch (error) {
      this.#metrics.looked('failed')
      throw error
    }
  }

  /** Stale: what it found is that of another one; who waits for this look is told of the one there is now. */
  async #lookOnce(server: string, signal: AbortSignal): Promise<Look> {
    const upstream = this.#pool.get(server)
    const declared = this.#declared.get(server)
    if (upstream === undefined || declared === undefined) return 'same'
    const isStill = (): boolean => this.#isStill(upstream, declared)
    const listing = await upstream.list(signal)
    const hasNews = await this.#keeper.take(server, listing, isStill)
    if (hasNews) this.#live.swapSoon()
    if (!isStill()) return 'stale'
    return hasNews ? 'news' : 'same'
  }

  /** Is it still the one of its name, and reached in the same way? */
  #isStill(upstream: Upstream, before: McpServer): boolean {
    const now = this.#declared.get(before.name)
    if (now === undefined || this.#pool.get(before.name) !== upstream) return false
    return now === before || reachHash(now) === reachHash(before)
  }

  #onSwap(): void {
    this.#metrics.swapped()
    // Which servers are on is a matter of the catalog.
    this.#watches.rebind()
    if (this.#deps.onDisable() === 'cancel') this.#desk.cutRefused()
  }

  async #prune(): Promise<void> {
    try {
      const servers = this.#live.source().servers.map(({ name }) => name)
      await this.#deps.store.catalog.prune(this.#deps.clock() - goneForMs, servers)
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'tools that are gone for long could not be forgotten')
    }
  }
}

function countByState({ tools, servers }: Catalog): ReadonlyMap<string, number> {
  const counts = new Map([
    ['active', 0],
    ['off', 0],
    ['quarantined', 0],
    ['gone', 0],
  ])
  for (const tool of tools.values()) {
    const isOff = tool.state === 'active' && !(tool.enabled && servers.get(tool.server)?.enabled === true)
    const state = isOff ? 'off' : tool.state
    counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  return counts
}
