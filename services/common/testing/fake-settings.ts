import type { Settings, SettingsVersion, Snapshot } from '../contracts/settings.ts'

/** Settings that serve one snapshot until a test swaps it. */
export class FakeSettings implements Settings {
  #current: Snapshot

  constructor(initial: Snapshot) {
    this.#current = initial
  }

  async snapshot(known: SettingsVersion | undefined, _signal: AbortSignal): Promise<Snapshot | undefined> {
    const isKnown = known?.epoch === this.#current.epoch && known.revision === this.#current.revision
    return isKnown ? undefined : this.#current
  }

  /** Serves `next` from now on, under the next revision. */
  swap(next: Partial<Omit<Snapshot, keyof SettingsVersion>>): Snapshot {
    this.#current = { ...this.#current, ...next, revision: this.#current.revision + 1 }
    return this.#current
  }
}
