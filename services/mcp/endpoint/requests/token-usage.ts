import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { EndpointLimits } from '../endpoint-deps.ts'

/** Kinds of what is bounded. */
export const held = ['calls', 'listeners', 'sessions', 'parked'] as const
/** What a credential may hold a bounded number of at the same time. */
export type Held = (typeof held)[number]

interface Usage {
  readonly counts: Record<Held, number>
  /** List requests that may still be made now. */
  listsLeft: number
  /** When `listsLeft` was right, milliseconds. */
  countedAt: number
}

type TokenLimits = Pick<
  EndpointLimits,
  | 'callsPerToken'
  | 'listsPerMinute'
  | 'listenersPerToken'
  | 'listeners'
  | 'sessionsPerToken'
  | 'sessions'
  | 'parkedPerToken'
  | 'parked'
>

/** Counts what every credential uses of the endpoint, and says no. */
export class TokenUsage {
  readonly #limits: TokenLimits
  readonly #clock: () => number
  readonly #usages = new Map<string, Usage>()
  readonly #totals: Record<Held, number> = { calls: 0, listeners: 0, sessions: 0, parked: 0 }

  constructor(limits: TokenLimits, clock: () => number) {
    this.#limits = limits
    this.#clock = clock
  }

  total(what: Held): number {
    return this.#totals[what]
  }

  /** Until it is disposed of. @throws HearthError `policy_rate_limited` for this credential, `gateway_overloaded` for all. */
  hold(credential: string, what: Held): Disposable {
    const usage = this.#usageOf(credential)
    const { ofOne, ofAll } = this.#bounds(what)
    if (usage.counts[what] >= ofOne) throw tooMany('policy_rate_limited', `This token has ${ofOne} ${nouns[what]} open`)
    if (this.#totals[what] >= ofAll) throw tooMany('gateway_overloaded', `There are ${ofAll} ${nouns[what]} open`)
    usage.counts[what] += 1
    this.#totals[what] += 1
    let isHeld = true
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return
        isHeld = false
        usage.counts[what] -= 1
        this.#totals[what] -= 1
      },
    }
  }

  /** One request for a list. @throws HearthError `policy_rate_limited`. */
  takeList(credential: string): void {
    const usage = this.#usageOf(credential)
    const perMs = this.#limits.listsPerMinute / 60_000
    const now = this.#clock()
    const refilled = usage.listsLeft + Math.max(0, now - usage.countedAt) * perMs
    usage.listsLeft = Math.min(this.#limits.listsPerMinute, refilled)
    usage.countedAt = now
    if (usage.listsLeft < 1) {
      const retryAfterMs = Math.ceil((1 - usage.listsLeft) / perMs)
      const message = 'This token asks for lists too often; keep them until they are told to have changed.'
      throw new HearthError('policy_rate_limited', message, { details: { retryAfterMs } })
    }
    usage.listsLeft -= 1
  }

  /** Forgets credentials that use nothing any more. */
  sweep(): void {
    const now = this.#clock()
    for (const [credential, { counts, countedAt }] of this.#usages) {
      if (now - countedAt > 60_000 && held.every((what) => counts[what] === 0)) this.#usages.delete(credential)
    }
  }

  #usageOf(credential: string): Usage {
    const known = this.#usages.get(credential)
    if (known !== undefined) return known
    const counts = { calls: 0, listeners: 0, sessions: 0, parked: 0 }
    const fresh = { counts, listsLeft: this.#limits.listsPerMinute, countedAt: this.#clock() }
    this.#usages.set(credential, fresh)
    return fresh
  }

  #bounds(what: Held): { readonly ofOne: number; readonly ofAll: number } {
    const limits = this.#limits
    switch (what) {
      case 'calls':
        return { ofOne: limits.callsPerToken, ofAll: Infinity }
      case 'listeners':
        return { ofOne: limits.listenersPerToken, ofAll: limits.listeners }
      case 'sessions':
        return { ofOne: limits.sessionsPerToken, ofAll: limits.sessions }
      case 'parked':
        return { ofOne: limits.parkedPerToken, ofAll: limits.parked }
    }
  }
}

const nouns: Readonly<Record<Held, string>> = {
  calls: 'calls',
  listeners: 'listeners',
  sessions: 'sessions',
  parked: 'calls that wait for a person',
}

const tooMany = (code: 'policy_rate_limited' | 'gateway_overloaded', what: string): HearthError =>
  new HearthError(code, `${what}, more are not taken; end some first.`, { details: { retryAfterMs: 1000 } })
