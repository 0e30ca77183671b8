import type { Principal } from '../../common/contracts/principal.ts'
import type { Router } from '../../common/contracts/router.ts'
import type { RunEvent, RunMessage, WireError } from '../../common/contracts/run-event.ts'
import type { CancelReason, RunRef, RunRequest } from '../../common/contracts/run-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { forEachBatch } from '../../common/streams/for-each-batch.ts'
import { askRouter } from './ask-router.ts'

export interface RunReaderDeps {
  readonly router: Router
  readonly caller: Principal
  /** Aborts when the client is gone: the run is cancelled in the same tick. */
  readonly gone: AbortSignal
  readonly isDraining: () => boolean
}

/** Takes a batch; a promise when the reading has to wait for it. */
export type OnBatch = (batch: readonly RunEvent[]) => Promise<void> | undefined

/** The run under one HTTP request: started, read and, when the request ends before it, cancelled. */
export class RunReader {
  readonly #deps: RunReaderDeps
  #ref: RunRef | undefined
  #isOver = false
  #isCancelled = false
  #wanted: CancelReason | undefined

  constructor(deps: RunReaderDeps) {
    this.#deps = deps
  }

  /** @throws HearthError as `Router.start`; `caller_cancelled` when the client left meanwhile. */
  async start(request: RunRequest): Promise<RunRef> {
    const { router, caller, gone } = this.#deps
    const ref = await askRouter(router.start(request, caller, gone))
    this.#ref = ref
    // A client that left while the router made the run: the router may have let it begin all the same.
    if (gone.aborted) {
      this.cancel('disconnected')
      throw left()
    }
    if (this.#wanted !== undefined) this.cancel(this.#wanted)
    gone.addEventListener('abort', () => this.cancel('disconnected'), { once: true })
    return ref
  }

  /**
   * Gives `onBatch` the batches, some empty, to the terminal event, which is the last one and never a failure; what it
   * returns is waited for. Resolves after the last.
   * @throws HearthError of the run that failed or was cancelled; what `onBatch` throws.
   */
  async read(onBatch: OnBatch): Promise<void> {
    const { router, caller, gone } = this.#deps
    let failure: HearthError | undefined
    try {
      await forEachBatch(router.attach(this.#started().runId, -1, caller, gone), gone, (batch) => {
        if (batch[0]?.message.type === 'response.snapshot') throw trimmed()
        failure = this.#failureOf(batch)
        return onBatch(failure === undefined ? batch : batch.slice(0, -1))
      })
    } catch (error) {
      throw gone.aborted ? left() : error
    } finally {
      this.cancel('disconnected')
    }
    if (failure !== undefined) throw failure
    if (!this.#isOver) throw new HearthError('gateway_internal', 'The stream of the run ended before its end.')
  }

  /** Before the start: as soon as there is a run. Nothing after the end, or twice. */
  cancel(reason: CancelReason): void {
    this.#wanted ??= reason
    if (this.#ref === undefined || this.#isOver || this.#isCancelled) return
    this.#isCancelled = true
    // A run that is gone needs no cancel; one whose router cannot be reached ends there, as nobody reads it.
    this.#deps.router.cancel(this.#ref.runId, reason, this.#deps.caller).catch(() => undefined)
  }

  #started(): RunRef {
    if (this.#ref === undefined) throw new HearthError('gateway_internal', 'A run was read before its start.')
    return this.#ref
  }

  #failureOf(batch: readonly RunEvent[]): HearthError | undefined {
    const message = batch.at(-1)?.message
    if (message === undefined || !('response' in message) || message.type === 'response.snapshot') return undefined
    this.#isOver = true
    return failureOf(message, this.#deps.isDraining())
  }
}

type Terminal = Exclude<Extract<RunMessage, { response: unknown }>, { type: 'response.snapshot' }>

function failureOf(message: Terminal, isDraining: boolean): HearthError | undefined {
  switch (message.type) {
    case 'response.failed':
      return fromWire(message.error)
    case 'response.cancelled':
      return isDraining
        ? new HearthError('gateway_draining', 'The server stopped before the answer was whole; ask again.')
        : new HearthError('caller_cancelled', 'The run was cancelled before the answer was whole.')
    case 'response.completed':
    case 'response.incomplete':
      return undefined
  }
}

function fromWire({ code, message, param, retryable, ...more }: WireError): HearthError {
  const { retry_after_ms: retryAfterMs, openai_code: openaiCode } = more
  return new HearthError(code, message, {
    retryable,
    details: {
      ...(param === undefined ? {} : { param }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(openaiCode === undefined ? {} : { openaiCode }),
    },
  })
}

/** Not at once after the start, which is when this reads; these SDKs know no snapshots. */
const trimmed = (): HearthError =>
  new HearthError('gateway_replay_gap', 'The beginning of the answer is no longer kept; read it from the conversation.')

const left = (): HearthError => new HearthError('caller_cancelled', 'The client left before the answer was whole.')
