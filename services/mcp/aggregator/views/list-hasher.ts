import { createHash } from 'node:crypto'
import type { View } from '../aggregator.ts'

interface Listed {
  readonly exposed: object
}

/** Hashes of lists. What is in many lists is hashed once, so that a list of thousands costs a few milliseconds. */
export class ListHasher {
  readonly #digests = new WeakMap<object, string>()

  /** Computed when they are asked for: who compares lists of one audience does not pay for those of others. */
  hashes(lists: Readonly<Record<keyof View['hashes'], readonly Listed[]>>): View['hashes'] {
    const made = new Map<keyof View['hashes'], string>()
    const of = (kind: keyof View['hashes']): string => {
      const hash = made.get(kind) ?? this.#hash(lists[kind])
      made.set(kind, hash)
      return hash
    }
    return {
      get tools() {
        return of('tools')
      },
      get prompts() {
        return of('prompts')
      },
      get resources() {
        return of('resources')
      },
    }
  }

  #hash(items: readonly Listed[]): string {
    const hash = createHash('sha256')
    for (const { exposed } of items) hash.update(this.#digest(exposed))
    return hash.digest('base64')
  }

  #digest(exposed: object): string {
    const digest = this.#digests.get(exposed) ?? createHash('sha256').update(JSON.stringify(exposed)).digest('base64')
    this.#digests.set(exposed, digest)
    return digest
  }
}
