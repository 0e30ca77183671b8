import type { ServerResponse } from 'node:http'
import type { Principal } from '../../common/contracts/principal.ts'
import type { CredentialRecord } from '../../common/contracts/settings.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { abortable } from '../../common/lifecycle/abortable.ts'
import { mayChat } from '../session/greet.ts'
import { reviewCredential } from '../session/review-credential.ts'
import type { RunReader } from './read-run.ts'

export interface ApiCallDeps {
  /** Made here; an answer that is a run's has the run's id instead. */
  readonly requestId: string
  readonly response: ServerResponse
  /** Why `gone` aborts; one for all, as an error of its own for every request would cost its stack. */
  readonly over: HearthError
  /** A credential that a new snapshot lacks and none has named is believed gone after this. */
  readonly suspectMs: number
}

/** One HTTP request of these routes, from its headers to the end of its answer. */
export class ApiCall {
  readonly #deps: ApiCallDeps
  readonly #gone = new AbortController()
  #principal: Principal | undefined
  #wasSeen = false
  #reader: RunReader | undefined
  #isDraining = false
  #suspicion: NodeJS.Timeout | undefined

  constructor(deps: ApiCallDeps) {
    this.#deps = deps
    deps.response.once('close', () => this.#end())
  }

  get requestId(): string {
    return this.#deps.requestId
  }

  /** Aborts when the answer was sent, and when the client is gone before. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  get principal(): Principal {
    if (this.#principal !== undefined) return this.#principal
    throw new HearthError('gateway_internal', 'A request was served before it was admitted.')
  }

  /** `known`: the settings name its credential already. */
  belongsTo(principal: Principal, known: boolean): void {
    this.#principal = principal
    this.#wasSeen = known
  }

  /** New settings: a request whose token is revoked, or may not chat any more, is cut, and its run with it. */
  review(credentials: ReadonlyMap<string, CredentialRecord>): void {
    if (this.#principal === undefined) return
    const record = credentials.get(this.#principal.credentialId)
    const review = reviewCredential(this.#principal, record, this.#wasSeen)
    this.#wasSeen ||= record !== undefined
    if (review.status === 'suspect') this.#suspect()
    else if (review.status === 'valid' && mayChat(review.principal)) this.#trust()
    else this.#cut()
  }

  reads(reader: RunReader): void {
    this.#reader = reader
    if (this.#isDraining) reader.cancel('draining')
  }

  /** The server stops: the run, also one that only starts later, is told so, its answer ends by that. */
  drain(): void {
    this.#isDraining = true
    this.#reader?.cancel('draining')
  }

  #suspect(): void {
    if (!this.#gone.signal.aborted) this.#suspicion ??= setTimeout(() => this.#cut(), this.#deps.suspectMs)
  }

  #trust(): void {
    clearTimeout(this.#suspicion)
    this.#suspicion = undefined
  }

  #cut(): void {
    this.#deps.response.destroy()
  }

  #end(): void {
    this.#trust()
    this.#gone.abort(this.#deps.over)
  }
}

/** The requests that go on, so that the server can wait for them when it stops. */
export class OpenCalls {
  readonly #calls = new Set<ApiCall>()
  #emptied: PromiseWithResolvers<void> | undefined

  get size(): number {
    return this.#calls.size
  }

  add(call: ApiCall): void {
    this.#calls.add(call)
    call.gone.addEventListener('abort', () => this.#remove(call), { once: true })
  }

  review(credentials: ReadonlyMap<string, CredentialRecord>): void {
    for (const call of this.#calls) call.review(credentials)
  }

  /** Resolves when no request is left: until `patienceMs` they may end by themselves, then their runs are cancelled. */
  async drain(patienceMs: number, deadline: AbortSignal): Promise<void> {
    if (this.#calls.size === 0) return
    this.#emptied ??= Promise.withResolvers<void>()
    const cut = setTimeout(() => {
      for (const call of this.#calls) call.drain()
    }, patienceMs)
    await abortable(this.#emptied.promise, deadline).catch(() => undefined)
    clearTimeout(cut)
  }

  #remove(call: ApiCall): void {
    this.#calls.delete(call)
    if (this.#calls.size === 0) this.#emptied?.resolve()
  }
}
