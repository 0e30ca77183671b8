import type { Principal } from '../../common/contracts/principal.ts'

interface RememberedDeps {
  readonly revision: () => number
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** Shorter than the last use of a credential is noted by: that is read from the database again and again. */
const KEPT_MS = 30_000
const MAX_KEPT = 1000

/**
 * Who a token was a moment ago, by its hash, so that a program that asks often costs the database nothing. True until
 * the next settings write: a revoked token is forgotten before its revocation is acknowledged.
 */
export class RememberedPrincipals {
  readonly #deps: RememberedDeps
  readonly #kept = new Map<string, { readonly principal: Principal; readonly until: number }>()
  #revision = -1

  constructor(deps: RememberedDeps) {
    this.#deps = deps
  }

  get(hash: string): Principal | undefined {
    if (this.#deps.revision() !== this.#revision) return undefined
    const kept = this.#kept.get(hash)
    return kept !== undefined && this.#deps.clock() < kept.until ? kept.principal : undefined
  }

  /** @param asOf the revision before the principal was read; when it is no longer the newest, nothing is kept. */
  set(hash: string, principal: Principal, asOf: number): void {
    if (this.#deps.revision() !== asOf) return
    if (asOf !== this.#revision) this.#kept.clear()
    this.#revision = asOf
    this.#kept.delete(hash)
    this.#kept.set(hash, { principal, until: this.#deps.clock() + KEPT_MS })
    if (this.#kept.size <= MAX_KEPT) return
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest)
      return
    }
  }
}
