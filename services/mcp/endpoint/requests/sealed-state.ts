import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'

/** To what a state is bound: it is good for exactly the request that it was given to. */
export interface StateBinding {
  /** Principal id and credential. */
  readonly principal: string
  /** Of the address that it was given out at; empty: `/mcp`. */
  readonly profile: string
  readonly method: string
  /** Exposed name of the tool or prompt, or the URI. */
  readonly name: string
  /** SHA-256 of the arguments as canonical JSON. */
  readonly digest: string
  /** Name of the upstream it came from. */
  readonly upstream: string
}

/** `relayed`: of the upstream, byte for byte. `parked`: names a call of ours that waits. */
export type HeldState =
  | { readonly type: 'relayed'; readonly state: string }
  | { readonly type: 'parked'; readonly handle: string }

export type OpenedState =
  | { readonly status: 'open'; readonly held: HeldState }
  | { readonly status: 'refused'; readonly reason: 'tampered' | 'expired' | 'foreign' }

const envelope = z.strictObject({
  held: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('relayed'), state: z.string() }),
    z.strictObject({ type: z.literal('parked'), handle: z.string() }),
  ]),
  bound: z.string(),
  expiresAt: z.number(),
})

const nonceBytes = 12
const tagBytes = 16
/** Longest text that is looked at at all. */
const maxSealedLength = 256 * 1024

/**
 * `requestState` as clients get it: AES-256-GCM over what the upstream said, to whom and until when. A client can neither
 * read nor change it, nor use it for another request.
 */
export class StateSeal {
  readonly #key: Uint8Array
  readonly #clock: () => number
  readonly #ttlMs: number

  constructor(key: Uint8Array, options: { readonly clock: () => number; readonly ttlMs: number }) {
    if (key.length !== 32) throw new RangeError('the key of sealed states must have 32 bytes')
    this.#key = key
    this.#clock = options.clock
    this.#ttlMs = options.ttlMs
  }

  seal(held: HeldState, binding: StateBinding): string {
    const content = { held, bound: boundOf(binding), expiresAt: this.#clock() + this.#ttlMs }
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    const sealed = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
  }

  open(text: string, binding: StateBinding): OpenedState {
    const content = this.#decrypt(text)
    if (content === undefined) return { status: 'refused', reason: 'tampered' }
    if (content.bound !== boundOf(binding)) return { status: 'refused', reason: 'foreign' }
    if (content.expiresAt <= this.#clock()) return { status: 'refused', reason: 'expired' }
    return { status: 'open', held: content.held }
  }

  #decrypt(text: string): z.output<typeof envelope> | undefined {
    if (text.length > maxSealedLength) return undefined
    const bytes = Buffer.from(text, 'base64url')
    // Decoding forgives what it does not know; only the one right spelling counts.
    if (bytes.length < nonceBytes + tagBytes || bytes.toString('base64url') !== text) return undefined
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceBytes))
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
    try {
      const opened = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()])
      return envelope.parse(JSON.parse(opened.toString('utf8')))
    } catch {
      return undefined
    }
  }
}

const boundOf = ({ principal, profile, method, name, digest, upstream }: StateBinding): string =>
  createHash('sha256')
    .update(JSON.stringify([principal, profile, method, name, digest, upstream]))
    .digest('base64url')

/** SHA-256 of a JSON value that does not depend on the order of keys. */
export const digestOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(value)) ?? 'undefined')
    .digest('base64url')

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return { object: entries.map(([key, item]) => [key, sorted(item)]) }
}
