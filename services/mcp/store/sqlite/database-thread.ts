import { Worker } from 'node:worker_threads'
import { LiveMap } from '../../../common/collections/live-map.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { AppendOutcome } from '../append-batch.ts'
import type { AppendResult, AppendWork } from '../append-work.ts'
import { toStoreError } from './store-error.ts'
import type { SqlRow, SqlValue, ThreadMessage, ThreadOptions, ThreadOutcome, ThreadRequest } from './thread-protocol.ts'

export interface SqlResult {
  readonly rows: readonly SqlRow[]
  readonly changes: number
}

type Answer = Extract<ThreadMessage, { type: 'result' | 'appended' }>

interface Pending {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: HearthError) => void
}

type State =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly worker: Worker; readonly exited: Promise<void> }
  /** Asked to close or to end; nothing more is taken. */
  | {
      readonly status: 'stopping'
      readonly worker: Worker
      readonly exited: Promise<void>
      readonly cause: HearthError
    }
  | { readonly status: 'ended'; readonly cause: HearthError }

interface ThreadDeps {
  readonly log: Logger
  /** Called once, when the thread ended without having been asked to. */
  readonly onDeath: (cause: HearthError) => void
  /** What runs in the thread; default: the database worker. */
  readonly entry?: URL
}

/** Requests asked and not yet answered; more are refused. */
const MAX_PENDING = 1024

/** The main thread's end of the database thread. Requests are answered in the order asked. */
export class DatabaseThread {
  readonly #options: ThreadOptions
  readonly #deps: ThreadDeps
  readonly #pending = new LiveMap<number, Pending>()
  #state: State = { status: 'idle' }
  #lastId = 0

  constructor(options: ThreadOptions, deps: ThreadDeps) {
    this.#options = options
    this.#deps = deps
  }

  /** @throws HearthError `store_unavailable` with the reason when the database is refused. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const worker = new Worker(this.#deps.entry ?? new URL('./database-worker.ts', import.meta.url), {
      workerData: this.#options,
      name: 'hearth-database',
    })
    const opened = Promise.withResolvers<void>()
    const giveUp = (): void => opened.reject(new HearthError('store_unavailable', 'The start was given up.'))
    signal.addEventListener('abort', giveUp, { once: true })
    worker.on('message', (message: ThreadMessage) => this.#receive(message, opened))
    worker.on('error', (error) => this.#end(ended('The database thread failed; restart Hearth.', error), opened))
    worker.on('exit', () => this.#end(ended('The database thread ended; restart Hearth.'), opened))
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    this.#state = { status: 'running', worker, exited }
    try {
      await opened.promise
    } catch (error) {
      this.#state = { status: 'ended', cause: ended('The database was not opened.', error) }
      await worker.terminate()
      throw error
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  async query(sql: string, parameters: readonly SqlValue[]): Promise<SqlResult> {
    const answer = await this.#ask((id) => ({ id, type: 'query', sql, parameters }))
    if (answer.type !== 'result') throw mismatched(answer)
    return answer
  }

  /** Commits appends together. Not while a transaction is open: the connection's lock sees to that. */
  async append(batch: readonly AppendWork[]): Promise<readonly AppendOutcome<AppendResult>[]> {
    const answer = await this.#ask((id) => ({ id, type: 'append', batch }))
    if (answer.type !== 'appended') throw mismatched(answer)
    return answer.outcomes.map(fromThread)
  }

  async rollback(): Promise<void> {
    await this.#ask((id) => ({ id, type: 'rollback' }))
  }

  /**
   * Closes the database after everything asked before. Idempotent, and resolves also when the thread is dead or
   * terminated meanwhile: then the next start is an unclean one.
   */
  async stop(): Promise<void> {
    if (this.#state.status === 'stopping') return await this.#state.exited
    if (this.#state.status !== 'running') return
    const { exited } = this.#state
    const closed = this.#ask((id) => ({ id, type: 'close' }))
    this.#state = { ...this.#state, status: 'stopping', cause: ended('Hearth is stopping.') }
    try {
      await closed
    } catch (error) {
      this.#deps.log.error({ err: error }, 'the database was not closed; the next start will check all of it')
    }
    await exited
  }

  /** Ends the thread at once, whatever it does; the next start is an unclean one. */
  async terminate(): Promise<void> {
    if (this.#state.status !== 'running' && this.#state.status !== 'stopping') return
    const { worker } = this.#state
    this.#state = { ...this.#state, status: 'stopping', cause: ended('Hearth is stopping.') }
    await worker.terminate()
  }

  async #ask(make: (id: number) => ThreadRequest): Promise<Answer> {
    if (this.#state.status === 'idle') throw ended('The database is not open yet; try again in a moment.')
    if (this.#state.status !== 'running') throw this.#state.cause
    if (this.#pending.size >= MAX_PENDING) throw ended('The database has too much to do; try again in a moment.')
    this.#lastId += 1
    const request = make(this.#lastId)
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#pending.set(request.id, { resolve, reject })
    this.#state.worker.postMessage(request)
    return promise
  }

  #receive(message: ThreadMessage, opened: PromiseWithResolvers<void>): void {
    switch (message.type) {
      case 'ready':
        if (message.wasUnclean)
          this.#deps.log.warn('the database was not closed last time; it was checked and is sound')
        opened.resolve()
        return
      case 'refused':
        opened.reject(new HearthError('store_unavailable', message.reason, { retryable: false }))
        return
      case 'result':
      case 'appended':
        this.#settle(message.id)?.resolve(message)
        return
      case 'error':
        this.#settle(message.id)?.reject(toStoreError(message.failure))
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    return pending
  }

  #end(cause: HearthError, opened: PromiseWithResolvers<void>): void {
    opened.reject(cause)
    for (const pending of this.#pending.values()) pending.reject(cause)
    this.#pending.clear()
    const was = this.#state
    if (was.status === 'stopping') this.#state = { status: 'ended', cause: was.cause }
    if (was.status !== 'running') return
    this.#state = { status: 'ended', cause }
    this.#deps.onDeath(cause)
  }
}

function fromThread(outcome: ThreadOutcome): AppendOutcome<AppendResult> {
  switch (outcome.status) {
    case 'done':
      return outcome
    case 'refused': {
      const { code, message, ...options } = outcome.refusal
      return { status: 'failed', error: new HearthError(code, message, options) }
    }
    case 'failed':
      return { status: 'failed', error: toStoreError(outcome.failure) }
  }
}

function mismatched({ type }: Answer): HearthError {
  return new HearthError('gateway_internal', `The database thread answered with '${type}' to something else.`)
}

function ended(message: string, cause?: unknown): HearthError {
  return new HearthError('store_unavailable', message, { cause })
}
