import { InMemoryServerEventBus, type ServerEvent } from '@modelcontextprotocol/server'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Aggregator } from '../../aggregator/aggregator.ts'
import type { Caller } from '../requests/ask.ts'
import type { Lists } from '../requests/lists.ts'

export interface HubDeps {
  readonly lists: Lists
  readonly aggregator: Pick<Aggregator, 'watchResource' | 'catalog'>
}

interface Watch {
  count: number
  /** Of a resource of an upstream. */
  readonly upstream: Disposable | undefined
}

/**
 * All clients that see the same: one credential at one address. What is told here reaches each of them, of either era,
 * and nobody else.
 */
export class AudienceHub {
  readonly key: string
  readonly bus: InMemoryServerEventBus
  readonly #deps: HubDeps
  readonly #watched = new Map<string, Watch>()
  readonly #ended = new AbortController()
  #caller: Caller
  #told: { readonly tools: string; readonly prompts: string; readonly resources: string }
  #uses = 0
  /** Epoch milliseconds. */
  lastUsedAt: number

  constructor(key: string, start: { readonly caller: Caller; readonly now: number }, deps: HubDeps) {
    this.key = key
    this.bus = new InMemoryServerEventBus()
    this.#deps = deps
    this.#caller = start.caller
    this.lastUsedAt = start.now
    this.#told = this.#hashes()
  }

  get caller(): Caller {
    return this.#caller
  }

  /** Aborts when its credential has lost its rights, or the address is gone. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  get isIdle(): boolean {
    return this.#uses === 0
  }

  /** @throws HearthError `policy_access_denied` once it has ended: nothing is opened here any more. */
  refuseEnded(): void {
    if (!this.ended.aborted) return
    throw new HearthError('policy_access_denied', 'The token or the profile has just changed; connect again.')
  }

  /** While a client listens or a session is open, changes are looked for and told. @throws as `refuseEnded`. */
  use(): Disposable {
    this.refuseEnded()
    if (this.#uses === 0) this.#told = this.#hashes()
    this.#uses += 1
    let isUsed = true
    return {
      [Symbol.dispose]: () => {
        if (isUsed) this.#uses -= 1
        isUsed = false
      },
    }
  }

  /** The catalog or the profile changed: tells what of it shows here. */
  review(caller: Caller = this.#caller): void {
    this.#caller = caller
    if (this.isIdle) return
    const before = this.#told
    this.#told = this.#hashes()
    if (before.tools !== this.#told.tools) this.bus.publish({ kind: 'tools_list_changed' })
    if (before.prompts !== this.#told.prompts) this.bus.publish({ kind: 'prompts_list_changed' })
    if (before.resources !== this.#told.resources) this.bus.publish({ kind: 'resources_list_changed' })
  }

  /** The list of our own resources changed for this principal. */
  ownResourcesChanged(): void {
    if (!this.isIdle) this.bus.publish({ kind: 'resources_list_changed' })
  }

  /** Told only to who watches it. */
  resourceUpdated(uri: string): void {
    if (this.#watched.has(uri)) this.bus.publish({ kind: 'resource_updated', uri })
  }

  /** @returns undefined when there is no such resource for this caller. */
  watch(uri: string, isOwn: boolean): Disposable | undefined {
    const watch = this.#watched.get(uri) ?? this.#open(uri, isOwn)
    if (watch === undefined) return undefined
    this.#watched.set(uri, watch)
    watch.count += 1
    let isWatched = true
    return {
      [Symbol.dispose]: () => {
        if (!isWatched) return
        isWatched = false
        watch.count -= 1
        if (watch.count > 0) return
        this.#watched.delete(uri)
        watch.upstream?.[Symbol.dispose]()
      },
    }
  }

  subscribe(listen: (event: ServerEvent) => void): Disposable {
    const unsubscribe = this.bus.subscribe(listen)
    return { [Symbol.dispose]: unsubscribe }
  }

  end(): void {
    this.#ended.abort()
  }

  #open(uri: string, isOwn: boolean): Watch | undefined {
    if (isOwn) return { count: 0, upstream: undefined }
    if (this.#deps.lists.view(this.#caller) === undefined) return undefined
    const upstream = this.#deps.aggregator.watchResource(uri, this.#caller.audience)
    return upstream === undefined ? undefined : { count: 0, upstream }
  }

  #hashes(): { readonly tools: string; readonly prompts: string; readonly resources: string } {
    return this.#deps.lists.view(this.#caller)?.hashes ?? nothing
  }
}

const nothing = { tools: '', prompts: '', resources: '' }
