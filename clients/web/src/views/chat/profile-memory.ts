import { profileKey } from '../../app/browser-storage.ts'
import type { ProfileView } from '../../protocol/hearth-client.ts'

/** Of `localStorage`, what is needed here. */
interface NameStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

/** The profiles as last heard from the house, and which one was chosen last in this browser. */
export class ProfileMemory {
  readonly #storage: () => NameStorage
  known: readonly ProfileView[] = []
  #last: string | undefined

  constructor(storage: () => NameStorage) {
    this.#storage = storage
  }

  get last(): string | undefined {
    if (this.#last !== undefined) return this.#last
    try {
      return this.#storage().getItem(profileKey) ?? undefined
    } catch {
      return undefined
    }
  }

  set last(name: string) {
    this.#last = name
    try {
      this.#storage().setItem(profileKey, name)
    } catch {
      // Remembered until the page is left.
    }
  }
}
