import type { LlamaContextSequence } from 'node-llama-cpp'
import { RefusedJob } from './refused-job.ts'

interface Waiter {
  readonly resolve: (sequence: LlamaContextSequence) => void
}

/** A sequence in use; given back at the end of its `using` block. */
export interface HeldSequence extends Disposable {
  readonly value: LlamaContextSequence
}

/** Hands the sequences out in the order of asking. At most `queueLimit` wait; the next is refused at once. */
export class SequencePool {
  readonly #free: LlamaContextSequence[]
  readonly #waiters: Waiter[] = []
  readonly #queueLimit: number

  constructor(sequences: readonly LlamaContextSequence[], queueLimit: number) {
    this.#free = [...sequences]
    this.#queueLimit = queueLimit
  }

  get waiting(): number {
    return this.#waiters.length
  }

  /** Takes its place in the queue before it returns. @throws RefusedJob when the queue is full; the signal's reason. */
  async take(signal: AbortSignal): Promise<HeldSequence> {
    return this.#hold(this.#free.pop() ?? (await this.#wait(signal)))
  }

  async #wait(signal: AbortSignal): Promise<LlamaContextSequence> {
    if (this.#waiters.length >= this.#queueLimit) {
      throw new RefusedJob(
        'provider_overloaded',
        `The local model is busy and ${this.#queueLimit} answers wait already; try again, or raise adapters.local.connections.*.sequences.`,
      )
    }
    const { promise, resolve, reject } = Promise.withResolvers<LlamaContextSequence>()
    const waiter = { resolve }
    const onAbort = () => {
      const place = this.#waiters.indexOf(waiter)
      if (place >= 0) this.#waiters.splice(place, 1)
      reject(signal.reason)
    }
    this.#waiters.push(waiter)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #hold(sequence: LlamaContextSequence): HeldSequence {
    return {
      value: sequence,
      [Symbol.dispose]: () => {
        const next = this.#waiters.shift()
        if (next === undefined) this.#free.push(sequence)
        else next.resolve(sequence)
      },
    }
  }
}
