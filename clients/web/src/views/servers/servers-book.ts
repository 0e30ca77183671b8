import type { Clock } from '../../protocol/clock.ts'
import type { Failure } from '../../protocol/hearth-client.ts'
import { failureOf } from '../../protocol/hearth-failure.ts'
import { Listeners } from '../../protocol/listeners.ts'
import type { HouseServer, HouseTool } from './house-shapes.ts'
import type { ServersApi } from './servers-api.ts'

/** What the house said last, and what it has been asked for since. Immutable. */
export interface BookState {
  readonly status: 'loading' | 'ready'
  /** Why the last reading failed; what is shown is older than it then. */
  readonly failure: Failure | undefined
  /** By name, without those that are being removed. */
  readonly servers: readonly HouseServer[]
  readonly tools: readonly HouseTool[]
  /** What the house was asked for and has not confirmed; by `keyOf`. */
  readonly pending: ReadonlyMap<string, Wish>
}

/** `on`, `off`: of a switch. */
export type Wish = 'on' | 'off' | 'approve' | 'restart' | 'refresh' | 'pin' | 'unpin'

/** By what is changed: each is pending by itself. */
export const keyOf = {
  serverSwitch: (name: string): string => `switch of server ${name}`,
  restart: (name: string): string => `restart of ${name}`,
  refresh: (name: string): string => `refresh of ${name}`,
  toolSwitch: (exposedName: string): string => `switch of tool ${exposedName}`,
  pin: (exposedName: string): string => `pin of ${exposedName}`,
  approval: (exposedName: string): string => `approval of ${exposedName}`,
} as const

const pollMs = 3000
/** Between readings when one after the other fails. */
const pollAtMostMs = 30_000
/** Tools change seldom and are many: unless the counts of a server say so, they are read only so often. */
const pollsPerToolReading = 5

export interface BookDeps {
  readonly api: ServersApi
  readonly clock: Clock
}

/**
 * The servers and tools of the house while somebody looks: read every three seconds, ever more seldom while that fails,
 * and after everything that is done.
 * A switch never shows a wish as the truth: it is pending until the house has confirmed it. Knows no DOM.
 */
export class ServersBook {
  readonly #deps: BookDeps
  readonly #listeners = new Listeners<void>()
  #state: BookState = { status: 'loading', failure: undefined, servers: [], tools: [], pending: new Map() }
  #all: readonly HouseServer[] = []
  #hidden: ReadonlySet<string> = new Set()
  #watching: AbortController | undefined
  #stopTimer: (() => void) | undefined
  #pollsSinceTools = 0
  /** Readings that failed, one after the other. */
  #failures = 0
  /** What the servers said of their tools when those were read; undefined: they must be read. */
  #toolCounts: string | undefined
  /** Of what was confirmed: a reading that began before it is older than what is shown. */
  #confirmed = 0

  constructor(deps: BookDeps) {
    this.#deps = deps
  }

  get state(): BookState {
    return this.#state
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Reads now and every three seconds until `pause`. Idempotent. */
  watch(): void {
    if (this.#watching !== undefined) return
    this.#watching = new AbortController()
    this.#toolCounts = undefined
    void this.#poll(this.#watching.signal)
  }

  pause(): void {
    this.#watching?.abort()
    this.#watching = undefined
    this.#stopTimer?.()
  }

  /** Reads now instead of when it is due. */
  again(): void {
    if (this.#watching === undefined) return
    this.pause()
    this.watch()
  }

  /** @throws HearthFailure; the switch then shows what the house last said. */
  async setServer(name: string, enabled: boolean): Promise<void> {
    const wish = enabled ? 'on' : 'off'
    this.#confirmServer(await this.#ask(keyOf.serverSwitch(name), wish, () => this.#deps.api.setServer(name, enabled)))
  }

  /** As `setServer`. */
  async setTool(exposedName: string, enabled: boolean): Promise<void> {
    const wish = enabled ? 'on' : 'off'
    this.#confirmTool(
      exposedName,
      await this.#ask(keyOf.toolSwitch(exposedName), wish, () => this.#deps.api.setTool(exposedName, { enabled })),
    )
  }

  /** As `setServer`. */
  async pinTool(exposedName: string, pinned: boolean): Promise<void> {
    const wish = pinned ? 'pin' : 'unpin'
    this.#confirmTool(
      exposedName,
      await this.#ask(keyOf.pin(exposedName), wish, () => this.#deps.api.setTool(exposedName, { pinned })),
    )
  }

  /** @param hash of what the person has looked at: when it has changed again the house refuses. @throws HearthFailure */
  async approve(exposedName: string, hash: string): Promise<void> {
    this.#confirmTool(
      exposedName,
      await this.#ask(keyOf.approval(exposedName), 'approve', () => this.#deps.api.approveTool(exposedName, hash)),
    )
  }

  /** @throws HearthFailure */
  async restart(name: string): Promise<void> {
    this.#confirmServer(await this.#ask(keyOf.restart(name), 'restart', () => this.#deps.api.restartServer(name)))
  }

  /** @throws HearthFailure */
  async refresh(name: string): Promise<void> {
    this.#confirmServer(await this.#ask(keyOf.refresh(name), 'refresh', () => this.#deps.api.refreshServer(name)))
  }

  /** @throws HearthFailure */
  async create(body: object): Promise<void> {
    const server = await this.#deps.api.createServer(body)
    this.#confirmed += 1
    this.#all = [...this.#all.filter(({ name }) => name !== server.name), server].toSorted(byName)
    this.#show({})
    this.again()
  }

  /** Out of sight, not yet removed. */
  hide(name: string, isHidden: boolean): void {
    const others = [...this.#hidden].filter((hidden) => hidden !== name)
    this.#hidden = new Set(isHidden ? [...others, name] : others)
    this.#show({})
  }

  /** For good; it comes back into sight when the house does not agree. @throws HearthFailure */
  async remove(name: string): Promise<void> {
    try {
      await this.#deps.api.removeServer(name)
      this.#confirmed += 1
      this.#all = this.#all.filter((server) => server.name !== name)
    } finally {
      this.hide(name, false)
      this.again()
    }
  }

  async #ask<Answer>(key: string, wish: Wish, act: () => Promise<Answer>): Promise<Answer> {
    this.#show({ pending: new Map([...this.#state.pending, [key, wish]]) })
    try {
      return await act()
    } finally {
      this.#confirmed += 1
      this.#show({ pending: new Map([...this.#state.pending].filter(([pending]) => pending !== key)) })
      this.again()
    }
  }

  #confirmServer(server: HouseServer): void {
    this.#all = this.#all.map((known) => (known.name === server.name ? server : known))
    this.#show({})
  }

  #confirmTool(exposedName: string, tool: HouseTool): void {
    this.#show({ tools: this.#state.tools.map((known) => (known.exposed_name === exposedName ? tool : known)) })
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { api, clock } = this.#deps
    const confirmed = this.#confirmed
    try {
      const servers = await api.listServers(signal)
      const counts = toolCounts(servers)
      const isDue = counts !== this.#toolCounts || this.#pollsSinceTools >= pollsPerToolReading
      const tools = isDue ? await api.listTools(signal) : this.#state.tools
      if (signal.aborted) return
      this.#failures = 0
      if (confirmed === this.#confirmed) {
        this.#pollsSinceTools = isDue ? 0 : this.#pollsSinceTools + 1
        this.#toolCounts = counts
        this.#take(servers, tools)
      }
    } catch (error) {
      if (signal.aborted) return
      this.#failures += 1
      this.#show({ failure: failureOf(error) })
    }
    const delayMs = Math.min(pollMs * 2 ** this.#failures, pollAtMostMs)
    this.#stopTimer = clock.after(delayMs, () => void this.#poll(signal))
  }

  #take(servers: readonly HouseServer[], tools: readonly HouseTool[]): void {
    const isSame = servers === this.#all && tools === this.#state.tools
    if (isSame && this.#state.status === 'ready' && this.#state.failure === undefined) return
    this.#all = servers
    this.#show({ status: 'ready', failure: undefined, tools })
  }

  #show(change: Partial<BookState>): void {
    const servers = this.#all.filter(({ name }) => !this.#hidden.has(name))
    this.#state = { ...this.#state, ...change, servers }
    this.#listeners.tell()
  }
}

const toolCounts = (servers: readonly HouseServer[]): string =>
  JSON.stringify(servers.map(({ name, enabled, status }) => [name, enabled, status?.tools]))

const byName = (one: HouseServer, other: HouseServer): number => (one.name < other.name ? -1 : 1)
