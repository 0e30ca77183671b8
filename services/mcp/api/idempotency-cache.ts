import { createHash } from 'node:crypto'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Answer } from './route.ts'

interface IdempotencyCacheOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Keys kept; the oldest finished ones go first. Default 10,000. */
  readonly maxEntries?: number
  /** Answers kept, in characters of JSON over all keys. Default 16 Mi. */
  readonly maxCharacters?: number
}

/** A POST that a client may send again. */
export interface RepeatableRequest {
  /** Principal id. */
  readonly owner: string
  readonly key: string
  /** Method, path and body, see `fingerprint`. */
  readonly fingerprint: string
  readonly isSecret: boolean
}

/** How long an answer is repeated. */
const keepMs = 24 * 3_600_000
/** An answer with a secret is forgotten early; its key stays taken. */
const keepSecretMs = 10 * 60_000

interface Entry {
  readonly fingerprint: string
  /** `forgotten`: done, but the answer held a secret and its time is over. */
  state:
    | { readonly type: 'running'; readonly answer: Promise<Answer> }
    | { readonly type: 'done'; readonly answer: Answer }
    | { readonly type: 'forgotten' }
  readonly secretUntil: number
  readonly until: number
  characters: number
}

/**
 * Answers of POSTs by principal and `Idempotency-Key`, in memory: the same key with the same request is answered once,
 * also while the first is still running; another request under the key is refused. Failures are not kept.
 */
export class IdempotencyCache {
  readonly #entries = new Map<string, Entry>()
  readonly #options: Required<IdempotencyCacheOptions>
  #characters = 0

  constructor(options: IdempotencyCacheOptions) {
    this.#options = { maxEntries: 10_000, maxCharacters: 16 * 1_048_576, ...options }
  }

  /** @throws HearthError `caller_conflict` for another request under the key, or when the answer is no longer kept. */
  async answer(request: RepeatableRequest, work: () => Promise<Answer>): Promise<Answer> {
    this.sweep()
    const id = JSON.stringify([request.owner, request.key])
    const known = this.#entries.get(id)
    if (known !== undefined) return repeat(known, request)
    return this.#first(id, request, work)
  }

  async #first(id: string, request: RepeatableRequest, work: () => Promise<Answer>): Promise<Answer> {
    const now = this.#options.clock()
    const running = work()
    const entry: Entry = {
      fingerprint: request.fingerprint,
      state: { type: 'running', answer: running },
      secretUntil: request.isSecret ? now + keepSecretMs : now + keepMs,
      until: now + keepMs,
      characters: 0,
    }
    this.#entries.set(id, entry)
    try {
      const answer = await running
      this.#keep(entry, answer)
      return answer
    } catch (error) {
      this.#entries.delete(id)
      throw error
    }
  }

  #keep(entry: Entry, answer: Answer): void {
    entry.characters = answer.type === 'json' ? JSON.stringify(answer.body).length : 0
    entry.state = { type: 'done', answer }
    this.#characters += entry.characters
    this.#makeRoom()
  }

  /** Forgets what is due. Called before every answer; the owner also calls it now and then, so that no secret stays. */
  sweep(): void {
    const now = this.#options.clock()
    for (const [id, entry] of this.#entries) {
      if (entry.state.type === 'done' && entry.secretUntil <= now) this.#forget(entry)
      if (entry.until <= now && entry.state.type !== 'running') this.#remove(id, entry)
    }
  }

  #makeRoom(): void {
    for (const [id, entry] of this.#entries) {
      const isFull = this.#entries.size > this.#options.maxEntries || this.#characters > this.#options.maxCharacters
      if (!isFull) return
      if (entry.state.type !== 'running') this.#remove(id, entry)
    }
  }

  #forget(entry: Entry): void {
    this.#characters -= entry.characters
    entry.characters = 0
    entry.state = { type: 'forgotten' }
  }

  #remove(id: string, entry: Entry): void {
    this.#characters -= entry.characters
    this.#entries.delete(id)
  }
}

async function repeat(known: Entry, request: RepeatableRequest): Promise<Answer> {
  if (known.fingerprint !== request.fingerprint) {
    throw conflict('This Idempotency-Key was used for another request; use a new key.')
  }
  if (known.state.type === 'forgotten') {
    throw conflict('This request was done, but its secret is no longer kept; remove what it made and use a new key.')
  }
  return known.state.answer
}

const conflict = (message: string): HearthError =>
  new HearthError('caller_conflict', message, { details: { param: 'Idempotency-Key' } })

/** Names a request: the same method, path and body give the same text. Holds no part of the body. */
export const fingerprint = (method: string, path: string, body: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([method, path, body ?? null]))
    .digest('base64url')

/** The header's value. @throws HearthError `caller_invalid_request` unless it is 1..255 visible ASCII characters. */
export function idempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header
  throw new HearthError('caller_invalid_request', 'Idempotency-Key: must be 1 to 255 visible ASCII characters.', {
    details: { param: 'Idempotency-Key' },
  })
}
