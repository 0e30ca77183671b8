import type { Principal } from '../../common/contracts/principal.ts'
import type { CredentialRecord, Snapshot } from '../../common/contracts/settings.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Slot } from '../handshake/admission.ts'
import { mayChat } from './greet.ts'
import { revoked } from './overdue.ts'
import { reviewCredential } from './review-credential.ts'

export interface MembershipDeps {
  readonly slot: Slot
  readonly snapshot: () => Snapshot | undefined
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
}

/** Whose session it is, and for how long. */
export class Membership {
  readonly #deps: MembershipDeps
  #principal: Principal | undefined
  /** A snapshot has named the credential. */
  #wasSeen = false
  #suspectAt: number | undefined

  constructor(deps: MembershipDeps) {
    this.#deps = deps
  }

  get principal(): Principal | undefined {
    return this.#principal
  }

  /** @throws HearthError `policy_rate_limited` when the credential holds too many connections. */
  adopt(principal: Principal): void {
    this.#deps.slot.authenticate(principal.credentialId)
    const credentials = this.#deps.snapshot()?.credentials ?? []
    this.#principal = principal
    this.#wasSeen = credentials.some(({ id }) => id === principal.credentialId)
    this.#suspectAt = undefined
  }

  /** A new snapshot is in effect. @returns why the session must end now, if it must. */
  review(credentials: ReadonlyMap<string, CredentialRecord>): HearthError | undefined {
    if (this.#principal === undefined) return undefined
    const verdict = reviewCredential(this.#principal, credentials.get(this.#principal.credentialId), this.#wasSeen)
    if (verdict.status === 'revoked') return revoked()
    if (verdict.status === 'suspect') {
      this.#suspectAt ??= this.#deps.elapsed()
      return undefined
    }
    this.#suspectAt = undefined
    this.#wasSeen = true
    this.#principal = verdict.principal
    return mayChat(verdict.principal)
      ? undefined
      : new HearthError('policy_access_denied', 'The token lost the scope chat.')
  }

  /** Since the token ended; negative before, undefined when it does not end. */
  expiredMs(): number | undefined {
    const expiresAt = this.#principal?.expiresAt
    return expiresAt === undefined ? undefined : this.#deps.clock() - expiresAt
  }

  suspectMs(): number | undefined {
    return this.#suspectAt === undefined ? undefined : this.#deps.elapsed() - this.#suspectAt
  }
}
