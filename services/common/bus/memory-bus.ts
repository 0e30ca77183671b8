import type { ChangeBus, ChangeListener, Channels } from '../contracts/settings.ts'

type Subscribers = { readonly [Name in keyof Channels]: Set<ChangeListener<Channels[Name]>> }

/**
 * The bus within one process. Messages of a channel come in the order they were published, each in a microtask of its
 * own, so a publisher never runs a subscriber's code and a subscriber that throws stops nobody else (its error is
 * uncaught).
 */
export class MemoryBus implements ChangeBus {
  readonly #subscribers: Subscribers = { settings: new Set(), conversations: new Set() }

  publish<Name extends keyof Channels>(channel: Name, message: Channels[Name]): void {
    const subscribers = this.#of(channel)
    for (const subscriber of subscribers) callLater(subscribers, subscriber, () => subscriber.onMessage(message))
  }

  subscribe<Name extends keyof Channels>(
    channel: Name,
    listener: ChangeListener<Channels[Name]>,
    signal: AbortSignal,
  ): void {
    if (signal.aborted) return
    const subscribers = this.#of(channel)
    // An object of its own: one listener may subscribe twice.
    const subscriber: ChangeListener<Channels[Name]> = {
      onMessage: (message) => listener.onMessage(message),
      onSubscribed: () => listener.onSubscribed?.(),
    }
    subscribers.add(subscriber)
    signal.addEventListener('abort', () => subscribers.delete(subscriber), { once: true })
    callLater(subscribers, subscriber, () => subscriber.onSubscribed?.())
  }

  #of<Name extends keyof Channels>(channel: Name): Subscribers[Name] {
    return this.#subscribers[channel]
  }
}

/** Not when it has left meanwhile. */
function callLater<Listener>(subscribers: ReadonlySet<Listener>, subscriber: Listener, call: () => void): void {
  queueMicrotask(() => {
    if (subscribers.has(subscriber)) call()
  })
}
