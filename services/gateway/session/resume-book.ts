import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { SessionHello } from '../../common/contracts/protocol/client-messages.ts'
import type { GatewayLimits } from '../gateway-limits.ts'

/** A connection that holds a session. */
export interface Occupant {
  /** Another connection resumes the session: this one ends. @returns when its runs are with the router. */
  takeOver(): Promise<void>
}

/** A session as its connection holds it. */
export interface Seat {
  readonly sessionId: string
  /** For the next connection; the one it was resumed by counts no more. */
  readonly resumeToken: string
  readonly isResumed: boolean
  /** When the router has the runs of the connection before. */
  readonly handedOver: Promise<void>
  /** The connection is gone; from now on the session is remembered for a while. Idempotent. */
  readonly leave: (handedOver: Promise<void>) => void
}

interface Entry {
  readonly principalId: string
  readonly tokenHash: Buffer
  readonly holder:
    | { readonly status: 'open'; readonly occupant: Occupant }
    | { readonly status: 'closed'; readonly until: number; readonly handedOver: Promise<void> }
}

export interface ResumeBookDeps {
  readonly limits: Pick<GatewayLimits, 'resumeMs' | 'resumableSessions'>
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
}

type Wish = NonNullable<SessionHello['resume']>

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Which sessions are open, and which closed a short while ago: those a principal can go on with on a new socket. */
export class ResumeBook {
  readonly #deps: ResumeBookDeps
  readonly #open = new Map<string, Entry>()
  /** In the order they closed, which is the order they are forgotten. */
  readonly #closed = new Map<string, Entry>()

  constructor(deps: ResumeBookDeps) {
    this.#deps = deps
  }

  /** Sessions that closed and can still be resumed, as of the last `prune`. */
  get remembered(): number {
    return this.#closed.size
  }

  /** The session wished for, where it is this principal's and the token is its last one; else a new session. */
  take(occupant: Occupant, principalId: string, wish: Wish | undefined): Seat {
    const found = wish === undefined ? undefined : this.#find(wish, principalId)
    if (found === undefined || wish === undefined) {
      return this.#seat(`sess_${randomBytes(12).toString('hex')}`, occupant, principalId, undefined)
    }
    this.#open.delete(wish.session_id)
    this.#closed.delete(wish.session_id)
    const { holder } = found
    const handedOver = holder.status === 'open' ? holder.occupant.takeOver() : holder.handedOver
    return this.#seat(wish.session_id, occupant, principalId, handedOver)
  }

  /** Forgets what is too old. */
  prune(): void {
    const now = this.#deps.elapsed()
    for (const [sessionId, entry] of this.#closed) {
      if (!isOver(entry, now)) return
      this.#closed.delete(sessionId)
    }
  }

  #find({ session_id: sessionId, token }: Wish, principalId: string): Entry | undefined {
    const entry = this.#open.get(sessionId) ?? this.#closed.get(sessionId)
    if (entry === undefined || isOver(entry, this.#deps.elapsed())) return undefined
    return timingSafeEqual(entry.tokenHash, hashOf(token)) && entry.principalId === principalId ? entry : undefined
  }

  #seat(sessionId: string, occupant: Occupant, principalId: string, before: Promise<void> | undefined): Seat {
    const resumeToken = randomBytes(32).toString('base64url')
    const entry: Entry = { principalId, tokenHash: hashOf(resumeToken), holder: { status: 'open', occupant } }
    this.#open.set(sessionId, entry)
    return {
      sessionId,
      resumeToken,
      isResumed: before !== undefined,
      handedOver: before ?? Promise.resolve(),
      leave: (handedOver) => {
        if (this.#open.get(sessionId) === entry) this.#remember(sessionId, entry, handedOver)
      },
    }
  }

  #remember(sessionId: string, entry: Entry, handedOver: Promise<void>): void {
    const { resumeMs, resumableSessions } = this.#deps.limits
    this.#open.delete(sessionId)
    const until = this.#deps.elapsed() + resumeMs
    this.#closed.set(sessionId, { ...entry, holder: { status: 'closed', until, handedOver } })
    const oldest = this.#closed.size > resumableSessions ? this.#closed.keys().next().value : undefined
    if (oldest !== undefined) this.#closed.delete(oldest)
  }
}

const isOver = ({ holder }: Entry, now: number): boolean => holder.status === 'closed' && holder.until <= now
