import { setTimeout as sleep } from 'node:timers/promises'
import type { AdapterSet } from '../common/contracts/adapter-set.ts'
import type { ConnectionState } from '../common/contracts/model-adapter.ts'
import type { Part } from '../common/lifecycle/part.ts'
import type { Readiness } from '../common/lifecycle/readiness.ts'

/** How often the adapters are asked while one loads for the first time, and afterwards, milliseconds. */
const firstLookMs = 100
const laterLookMs = 5000

/**
 * Shows in `/readyz` what the models of this machine are doing. The first load blocks readiness; a later one (after a
 * crash of the engine), or a missing model, is only said: other profiles still answer.
 */
export class AdapterReadiness implements Part {
  readonly name = 'adapter readiness'
  readonly #adapters: AdapterSet
  readonly #readiness: Readiness
  readonly #ended = new AbortController()
  #watching: Promise<void> = Promise.resolve()
  #hasSettled = false

  constructor(adapters: AdapterSet, readiness: Readiness) {
    this.#adapters = adapters
    this.#readiness = readiness
  }

  async start(): Promise<void> {
    await this.#look()
    this.#watching = this.#watch()
  }

  async stop(): Promise<void> {
    this.#ended.abort()
    await this.#watching
  }

  async #watch(): Promise<void> {
    const { signal } = this.#ended
    while (!signal.aborted) {
      await sleep(this.#hasSettled ? laterLookMs : firstLookMs, undefined, { signal, ref: false }).catch(
        () => undefined,
      )
      if (!signal.aborted) await this.#look()
    }
  }

  async #look(): Promise<void> {
    const adapters = await this.#adapters.describe(this.#ended.signal)
    const local = adapters.find(({ name }) => name === 'local')?.connections ?? []
    for (const { name, state } of local) this.#report(`local/${name}`, state)
    this.#hasSettled ||= local.every(({ state }) => state.status !== 'loading')
  }

  #report(check: string, state: ConnectionState): void {
    if (state.status === 'ready') this.#readiness.clear(check)
    else this.#readiness.report(check, state.reason, state.status === 'loading' && !this.#hasSettled)
  }
}
