import { HearthError } from '../../common/errors/hearth-error.ts'

export interface AdmissionLimits {
  readonly connections: number
  /** Without a token in the handshake. */
  readonly unauthenticated_per_address: number
  /** Bounds as well how many tokens of one address are checked at the same time. */
  readonly connections_per_credential: number
}

/** A connection's place in the counts; its owner releases it when the socket is closed. */
export interface Slot {
  /** The connection belongs to a credential now. @throws HearthError `policy_rate_limited`. */
  authenticate(credentialId: string): void
  /** Idempotent. */
  release(): void
}

/** What a handshake is counted by until it belongs to a credential. */
export interface Newcomer {
  readonly address: string
  /** It is authenticated at once or refused, and so never held without a session. */
  readonly bringsToken: boolean
}

/** Counts connections: in total, before authentication by address, after it by credential. */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #waiting = new Map<string, number>()
  readonly #checked = new Map<string, number>()
  readonly #credentials = new Map<string, number>()
  #total = 0

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
  }

  /** @throws HearthError `gateway_overloaded`, `policy_rate_limited`. */
  enter({ address, bringsToken }: Newcomer): Slot {
    if (this.#total >= this.#limits.connections) {
      throw new HearthError('gateway_overloaded', 'The server holds as many connections as it may; come back later.')
    }
    const counts = bringsToken ? this.#checked : this.#waiting
    const limit = bringsToken ? this.#limits.connections_per_credential : this.#limits.unauthenticated_per_address
    if ((counts.get(address) ?? 0) >= limit) {
      throw new HearthError('policy_rate_limited', 'Too many connections of this address wait to authenticate.')
    }
    this.#total += 1
    add(counts, address, 1)
    return this.#slotOf(() => add(counts, address, -1))
  }

  #slotOf(leaveAddress: () => void): Slot {
    let leave = leaveAddress
    let credential: string | undefined
    let isReleased = false
    return {
      authenticate: (credentialId) => {
        if (isReleased || credential === credentialId) return
        this.#checkCredential(credentialId)
        leave()
        credential = credentialId
        add(this.#credentials, credentialId, 1)
        leave = () => add(this.#credentials, credentialId, -1)
      },
      release: () => {
        if (isReleased) return
        isReleased = true
        this.#total -= 1
        leave()
      },
    }
  }

  #checkCredential(credentialId: string): void {
    if ((this.#credentials.get(credentialId) ?? 0) < this.#limits.connections_per_credential) return
    throw new HearthError('policy_rate_limited', 'This token holds as many connections as it may; close some.')
  }
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const next = (counts.get(key) ?? 0) + change
  if (next <= 0) counts.delete(key)
  else counts.set(key, next)
}
