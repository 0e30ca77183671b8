import type { GatewayLimits } from '../gateway-limits.ts'
import { type Bucket, fullBucket, takeToken } from './token-bucket.ts'

export type GateVerdict =
  | { readonly status: 'pass' }
  /** Refuse this frame. */
  | { readonly status: 'limited'; readonly waitMs: number }
  /** The flood goes on: end the connection. */
  | { readonly status: 'flood' }

type GateLimits = Pick<GatewayLimits, 'inbound' | 'overrun' | 'uploadRate'>

/**
 * How many frames one connection may send; a second rate bounds how long it may send too many. Frames of announced
 * uploads count by their bytes.
 */
export class InboundGate {
  readonly #limits: GateLimits
  #uploads: Bucket
  #inbound: Bucket
  #overrun: Bucket

  constructor(limits: GateLimits, now: number) {
    this.#limits = limits
    this.#uploads = fullBucket(limits.uploadRate, now)
    this.#inbound = fullBucket(limits.inbound, now)
    this.#overrun = fullBucket(limits.overrun, now)
  }

  /** `uploadBytes`: what the frame brings of an announced upload; 0 for any other frame. */
  judge(now: number, uploadBytes: number): GateVerdict {
    if (uploadBytes > 0 && this.#takeBytes(now, uploadBytes)) return { status: 'pass' }
    const taken = takeToken(this.#inbound, this.#limits.inbound, now)
    this.#inbound = taken.bucket
    if (taken.waitMs === 0) return { status: 'pass' }
    const beyond = takeToken(this.#overrun, this.#limits.overrun, now)
    this.#overrun = beyond.bucket
    return beyond.waitMs === 0 ? { status: 'limited', waitMs: taken.waitMs } : { status: 'flood' }
  }
  #takeBytes(now: number, bytes: number): boolean {
    const taken = takeToken(this.#uploads, this.#limits.uploadRate, now, bytes)
    this.#uploads = taken.bucket
    return taken.waitMs === 0
  }
}
