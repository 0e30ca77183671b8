import type { GatewayLimits } from '../gateway-limits.ts'
import { type Bucket, fullBucket, takeToken } from './token-bucket.ts'

export type GateVerdict =
  | { readonly status: 'pass' }
  /** Refuse this frame. */
  | { readonly status: 'limited'; readonly waitMs: number }
  /** The flood goes on: end the connection. */
  | { readonly status: 'flood' }

/** How many frames one connection may send; a second rate bounds how long it may send too many. */
export class InboundGate {
  readonly #limits: Pick<GatewayLimits, 'inbound' | 'overrun'>
  #inbound: Bucket
  #overrun: Bucket

  constructor(limits: Pick<GatewayLimits, 'inbound' | 'overrun'>, now: number) {
    this.#limits = limits
    this.#inbound = fullBucket(limits.inbound, now)
    this.#overrun = fullBucket(limits.overrun, now)
  }

  judge(now: number): GateVerdict {
    const taken = takeToken(this.#inbound, this.#limits.inbound, now)
    this.#inbound = taken.bucket
    if (taken.waitMs === 0) return { status: 'pass' }
    const beyond = takeToken(this.#overrun, this.#limits.overrun, now)
    this.#overrun = beyond.bucket
    return beyond.waitMs === 0 ? { status: 'limited', waitMs: taken.waitMs } : { status: 'flood' }
  }
}
