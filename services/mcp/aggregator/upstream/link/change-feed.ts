import { setTimeout as sleep } from 'node:timers/promises'
import {
  type McpSubscription,
  ProtocolError,
  ProtocolErrorCode,
  type SubscriptionFilter,
} from '@modelcontextprotocol/client'
import type { Link, LinkEvents } from './link.ts'
import { failuresAfter, retryMs } from './retry-listening.ts'

const acknowledgeMs = 30_000

type Opened =
  | { readonly type: 'open'; readonly subscription: McpSubscription }
  /** Nothing to hear, or the upstream does not serve it. */
  | { readonly type: 'nothing' }
  | { readonly type: 'failed' }

/**
 * Hears of changes over one link for as long as it lives: from a modern upstream by `subscriptions/listen`, opened anew
 * when it breaks; a legacy one tells of its lists by itself and of resources that were subscribed to.
 */
export class ChangeFeed {
  readonly #link: Link
  readonly #events: LinkEvents
  readonly #onBroken: () => void
  readonly #ended = new AbortController()
  readonly #subscribed = new Set<string>()
  #uris: readonly string[] = []
  #renewal = new AbortController()
  #work = Promise.resolve()

  /** `onBroken` is told of every end of a listening that nobody wanted: perhaps the upstream is gone. */
  constructor(link: Link, events: LinkEvents, onBroken: () => void) {
    this.#link = link
    this.#events = events
    this.#onBroken = onBroken
  }

  start(uris: readonly string[]): void {
    this.watch(uris)
    if (this.#link.era === 'modern') void this.#listen()
  }

  /** Which resources are watched from now on. */
  watch(uris: readonly string[]): void {
    this.#uris = uris
    this.#renewal.abort()
    if (this.#link.era === 'legacy') this.#work = this.#work.then(() => this.#subscribe())
  }

  close(): void {
    this.#ended.abort()
    this.#renewal.abort()
  }

  /** The next listening is open before the last is closed, so that nothing falls between them. */
  async #listen(): Promise<void> {
    let last: Opened = { type: 'nothing' }
    let failures = 0
    while (!this.#ended.signal.aborted) {
      this.#renewal = new AbortController()
      const next = await this.#open()
      close(last)
      if (next.type === 'open' && failures > 0) this.#events.onListsChanged()
      const openedAt = performance.now()
      const why = await this.#endOf(next)
      const listenedMs = next.type === 'open' ? performance.now() - openedAt : 0
      failures = why === 'renewed' ? 0 : failuresAfter(failures, listenedMs)
      if (why === 'broken') await this.#afterBreak(failures)
      last = next
    }
    close(last)
  }

  async #open(): Promise<Opened> {
    const filter = this.#filter()
    if (Object.keys(filter).length === 0) return { type: 'nothing' }
    try {
      const options = { signal: this.#ended.signal, timeout: acknowledgeMs }
      return { type: 'open', subscription: await this.#link.client.listen(filter, options) }
    } catch (error) {
      const isUnserved = error instanceof ProtocolError && error.code === ProtocolErrorCode.MethodNotFound
      return { type: isUnserved ? 'nothing' : 'failed' }
    }
  }

  #filter(): SubscriptionFilter {
    const { tools, prompts, resources } = this.#link.client.getServerCapabilities() ?? {}
    return {
      ...(tools?.listChanged === true ? { toolsListChanged: true } : {}),
      ...(prompts?.listChanged === true ? { promptsListChanged: true } : {}),
      ...(resources?.listChanged === true ? { resourcesListChanged: true } : {}),
      ...(resources?.subscribe === true && this.#uris.length > 0 ? { resourceSubscriptions: [...this.#uris] } : {}),
    }
  }

  async #endOf(opened: Opened): Promise<'renewed' | 'broken'> {
    if (opened.type === 'failed') return 'broken'
    const { signal } = this.#renewal
    const renewed = new Promise<'renewed'>((resolve) => {
      if (signal.aborted) resolve('renewed')
      signal.addEventListener('abort', () => resolve('renewed'), { once: true })
    })
    if (opened.type === 'nothing') return renewed
    return Promise.race([renewed, opened.subscription.closed.then(() => 'broken' as const)])
  }

  async #afterBreak(failures: number): Promise<void> {
    if (!this.#ended.signal.aborted) this.#onBroken()
    await sleep(retryMs(failures), undefined, { signal: this.#ended.signal, ref: false }).catch(() => undefined)
  }

  async #subscribe(): Promise<void> {
    const { client } = this.#link
    if (client.getServerCapabilities()?.resources?.subscribe !== true) return
    const options = { signal: this.#ended.signal, timeout: acknowledgeMs }
    const wanted = new Set(this.#uris)
    for (const uri of wanted.difference(this.#subscribed)) {
      this.#subscribed.add(uri)
      await client.subscribeResource({ uri }, options).catch(() => this.#subscribed.delete(uri))
    }
    for (const uri of this.#subscribed.difference(wanted)) {
      this.#subscribed.delete(uri)
      await client.unsubscribeResource({ uri }, options).catch(() => undefined)
    }
  }
}

function close(opened: Opened): void {
  if (opened.type === 'open') void opened.subscription.close()
}
