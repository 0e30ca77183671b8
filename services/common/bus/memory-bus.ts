import type { ChangeBus, Doorbell } from '../contracts/settings.ts'

type OnRing = (message: Doorbell | 'subscribed') => void

/**
 * The doorbell within one process. Rings come in the order they were published, each in a microtask of its own, so a
 * publisher never runs a subscriber's code and a subscriber that throws stops nobody else (its error is uncaught).
 */
export class MemoryBus implements ChangeBus {
  readonly #subscribers = new Set<OnRing>()

  publish(message: Doorbell): void {
    for (const onRing of this.#subscribers) this.#ring(onRing, message)
  }

  subscribe(onRing: OnRing, signal: AbortSignal): void {
    if (signal.aborted) return
    const subscriber: OnRing = (message) => onRing(message)
    this.#subscribers.add(subscriber)
    signal.addEventListener('abort', () => this.#subscribers.delete(subscriber), { once: true })
    this.#ring(subscriber, 'subscribed')
  }

  #ring(subscriber: OnRing, message: Doorbell | 'subscribed'): void {
    queueMicrotask(() => {
      if (this.#subscribers.has(subscriber)) subscriber(message)
    })
  }
}
