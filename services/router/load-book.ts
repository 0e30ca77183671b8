import type { LoadShare } from './admission.ts'
import { type TokenBucket, takeToken, waitForToken } from './token-bucket.ts'

/** Whose limits a run counts against. */
export interface LoadOwner {
  /** Unique over profiles and users: `profile:demo`. */
  readonly key: string
  readonly requestsPerMinute: number | null
}

/** Counts what runs and how fast it comes, per profile and per user. */
export class LoadBook {
  readonly #running = new Map<string, number>()
  readonly #buckets = new Map<string, TokenBucket>()
  #runs = 0
  #pictureBytes = 0

  get runs(): number {
    return this.#runs
  }

  /** Of all runs that are counted. */
  get pictureBytes(): number {
    return this.#pictureBytes
  }

  share(owner: LoadOwner, now: number): LoadShare {
    const { key, requestsPerMinute: perMinute } = owner
    const rateWaitMs = perMinute === null ? 0 : waitForToken(this.#buckets.get(key), perMinute, now)
    return { runs: this.#running.get(key) ?? 0, rateWaitMs }
  }

  /** Counts one run against all of them; the returned function ends that, once. */
  take(owners: readonly LoadOwner[], now: number, pictureBytes = 0): () => void {
    this.#runs += 1
    this.#pictureBytes += pictureBytes
    for (const { key, requestsPerMinute: perMinute } of owners) {
      this.#running.set(key, (this.#running.get(key) ?? 0) + 1)
      if (perMinute === null) this.#buckets.delete(key)
      else this.#buckets.set(key, takeToken(this.#buckets.get(key), perMinute, now))
    }
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      this.#runs -= 1
      this.#pictureBytes -= pictureBytes
      for (const { key } of owners) this.#release(key)
    }
  }

  #release(key: string): void {
    const left = (this.#running.get(key) ?? 1) - 1
    if (left === 0) this.#running.delete(key)
    else this.#running.set(key, left)
  }
}
