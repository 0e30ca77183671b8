import { HearthError } from '../../common/errors/hearth-error.ts'
import { abortable } from '../../common/lifecycle/abortable.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { EngineProcess, type EngineSpec, type EngineStatus, type JobListener } from './engine-process.ts'
import { fileVersion } from './model-files.ts'
import { type CrashRecord, noCrashes, restartAtMs } from './restart-policy.ts'
import type { EngineAnswer, EngineJob } from './wire-schema.ts'

interface EngineOwnerOptions {
  readonly main: string
  readonly log: Logger
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number
}

export interface OwnerView {
  readonly engine: { readonly model: string; readonly status: EngineStatus } | undefined
  readonly crashes: CrashRecord
  /** Is the file known to be unusable, and unchanged since? */
  isUnloadable(path: string): boolean
}

/**
 * Owns the engine of one connection: at most one process with one model. Another model waits until the answers of the
 * present one are finished, then takes its place; who comes meanwhile waits behind it.
 */
export class EngineOwner {
  readonly #options: EngineOwnerOptions
  /** File versions of models that could not be loaded. */
  readonly #unloadable = new Map<string, string>()
  #engine: EngineProcess | undefined
  #switching: Promise<void> | undefined
  #users = 0
  #idle: PromiseWithResolvers<void> | undefined
  #crashes = noCrashes
  #isStopped = false

  constructor(options: EngineOwnerOptions) {
    this.#options = options
  }

  view(): OwnerView {
    const engine = this.#engine
    return {
      engine: engine === undefined ? undefined : { model: engine.spec.model, status: engine.status },
      crashes: this.#crashes,
      isUnloadable: (path) => this.#unloadable.get(path) === fileVersion(path),
    }
  }

  /** Loads the model unless another is in place. Failures show in `view`. */
  async preload(spec: EngineSpec, signal: AbortSignal): Promise<void> {
    if (this.#engine !== undefined) return
    await this.#acquire(spec, silent, signal)
    this.#release()
  }

  /** @throws HearthError as `EngineProcess`; `provider_connection_failed` while restarts are held back; `signal`'s reason. */
  async run(spec: EngineSpec, job: EngineJob, listener: JobListener, signal: AbortSignal): Promise<EngineAnswer> {
    const engine = await this.#acquire(spec, listener, signal)
    try {
      const answer = await engine.generate(job, listener, signal)
      this.#crashes = noCrashes
      return answer
    } finally {
      this.#release()
    }
  }

  /** Waits for running answers until `deadline`, then ends the process. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#isStopped = true
    const engine = this.#engine
    if (engine === undefined) return
    if (engine.status.status === 'loaded')
      await abortable(Promise.race([this.#idleNow(), engine.gone]), deadline).catch(() => undefined)
    await engine.stop(deadline)
  }

  /** A loaded engine of that spec, counted as in use. */
  async #acquire(spec: EngineSpec, listener: JobListener, signal: AbortSignal): Promise<EngineProcess> {
    while (true) {
      signal.throwIfAborted()
      if (this.#isStopped) throw new HearthError('gateway_draining', 'The server is stopping; try again later.')
      const engine = this.#engine
      if (this.#switching === undefined && engine !== undefined && isSame(engine.spec, spec)) {
        return await this.#use(engine, listener, signal)
      }
      if (this.#users > 0) listener.onAccepted(this.#users)
      this.#switching ??= this.#switchTo(spec).finally(() => {
        this.#switching = undefined
      })
      await abortable(this.#switching, signal)
    }
  }

  async #use(engine: EngineProcess, listener: JobListener, signal: AbortSignal): Promise<EngineProcess> {
    this.#users += 1
    const unwatch = engine.watchLoading(listener)
    try {
      await abortable(engine.loaded, signal)
      return engine
    } catch (error) {
      this.#release()
      throw error
    } finally {
      unwatch()
    }
  }

  #release(): void {
    this.#users -= 1
    if (this.#users > 0) return
    this.#idle?.resolve()
    this.#idle = undefined
  }

  async #idleNow(): Promise<void> {
    while (this.#users > 0) {
      this.#idle ??= Promise.withResolvers<void>()
      await this.#idle.promise
    }
  }

  async #switchTo(spec: EngineSpec): Promise<void> {
    this.#refuseEarlyRestart()
    const before = this.#engine
    if (before !== undefined) {
      await this.#idleNow()
      await before.stop(AbortSignal.timeout(5000))
    }
    if (this.#isStopped) return
    const { main, log } = this.#options
    const engine = new EngineProcess({ spec, main, log })
    this.#engine = engine
    engine.start()
    void engine.gone.then(() => this.#onGone(engine))
  }

  #refuseEarlyRestart(): void {
    const waitMs = restartAtMs(this.#crashes) - this.#options.now()
    if (this.#engine !== undefined || waitMs <= 0) return
    throw new HearthError(
      'provider_connection_failed',
      `The process of the local model ended unexpectedly ${this.#crashes.count} times in a row; it is started again in ${Math.ceil(waitMs / 1000)} s.`,
      { details: { retryAfterMs: Math.ceil(waitMs) } },
    )
  }

  #onGone(engine: EngineProcess): void {
    if (this.#engine === engine) this.#engine = undefined
    const { status, spec } = engine
    if (status.status !== 'ended') return
    if (status.cause === 'unloadable') this.#unloadable.set(spec.modelPath, fileVersion(spec.modelPath))
    if (status.cause === 'crash') this.#crashes = { count: this.#crashes.count + 1, lastAtMs: this.#options.now() }
  }
}

const silent: JobListener = { onLoading: () => undefined, onAccepted: () => undefined, onEvents: () => undefined }

const isSame = (left: EngineSpec, right: EngineSpec) => JSON.stringify(left) === JSON.stringify(right)
