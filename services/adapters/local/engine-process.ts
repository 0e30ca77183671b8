import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import {
  type EngineAnswer,
  type EngineCommand,
  type EngineEvent,
  type EngineJob,
  type EngineMessage,
  engineMessage,
  type LoadCommand,
} from './wire-schema.ts'

/** Everything that makes one engine differ from another. */
export interface EngineSpec extends Omit<LoadCommand, 'type'> {
  readonly model: string
}

export type EngineStatus =
  | { readonly status: 'loading'; readonly progress: number }
  | { readonly status: 'loaded'; readonly contextTokens: number }
  | { readonly status: 'ended'; readonly error: HearthError; readonly cause: EndCause }

/** `crash`: by itself. */
type EndCause = 'crash' | 'stopped' | 'unloadable'

/** What a job hears; called at once when the engine's message arrives. */
export interface JobListener {
  /** Progress of loading, 0..1. */
  onLoading(progress: number): void
  /** `waiting`: jobs in front of this one. */
  onAccepted(waiting: number): void
  onEvents(events: readonly EngineEvent[]): void
}

interface RunningJob extends PromiseWithResolvers<EngineAnswer> {
  readonly listener: JobListener
}

interface EngineProcessOptions {
  readonly spec: EngineSpec
  /** Its entry file. */
  readonly main: string
  readonly log: Logger
}

const termGraceMs = 2000
const maxLogLine = 2000

/** One process with one model. It ends with us however we end; when it ends first, all its jobs fail at once. */
export class EngineProcess {
  readonly spec: EngineSpec
  readonly #main: string
  readonly #log: Logger
  readonly #jobs = new Map<number, RunningJob>()
  readonly #loaded = Promise.withResolvers<void>()
  readonly #gone = Promise.withResolvers<void>()
  readonly #watchers = new Set<JobListener>()
  #child: ChildProcess | undefined
  #status: EngineStatus = { status: 'loading', progress: 0 }
  #nextJobId = 1
  #endCause: EndCause = 'crash'

  constructor({ spec, main, log }: EngineProcessOptions) {
    this.spec = spec
    this.#main = main
    this.#log = log
  }

  get status(): EngineStatus {
    return this.#status
  }

  /** Settles once. @throws HearthError `provider_server_error` (unusable file), `provider_connection_failed` (crash). */
  get loaded(): Promise<void> {
    return this.#loaded.promise
  }

  /** Resolves when the process is gone. */
  get gone(): Promise<void> {
    return this.#gone.promise
  }

  start(): void {
    const child = fork(this.#main, [], {
      execPath: process.execPath,
      execArgv: [],
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    this.#loaded.promise.catch(() => undefined)
    child.on('message', (message) => this.#receive(message))
    child.once('error', (error) => this.#end(error))
    child.once('exit', (code, signal) => this.#end({ pid: child.pid, exitCode: code, signal }))
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        this.#log.debug({ pid: child.pid, line: line.slice(0, maxLogLine) }, 'engine says')
      })
    }
    const { model: _name, ...load } = this.spec
    this.#send({ type: 'load', ...load })
    this.#log.info({ pid: child.pid, model: this.spec.model }, 'loading the local model')
  }

  /** Calls `onLoading` now and on every progress until `unwatch`, or until it is loaded. */
  watchLoading(listener: JobListener): () => void {
    if (this.#status.status === 'loading') {
      this.#watchers.add(listener)
      listener.onLoading(this.#status.progress)
    }
    return () => this.#watchers.delete(listener)
  }

  /**
   * Runs a job; the engine must be loaded.
   * @throws HearthError of the job, `provider_connection_failed` when the process ends, `signal`'s reason at once.
   */
  async generate(job: EngineJob, listener: JobListener, signal: AbortSignal): Promise<EngineAnswer> {
    signal.throwIfAborted()
    if (this.#status.status === 'ended') throw this.#status.error
    const jobId = this.#nextJobId
    this.#nextJobId += 1
    const running: RunningJob = { ...Promise.withResolvers<EngineAnswer>(), listener }
    const onAbort = () => {
      this.#send({ type: 'cancel', jobId })
      running.reject(signal.reason)
    }
    this.#jobs.set(jobId, running)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      this.#send({ type: 'generate', jobId, job })
      return await running.promise
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#jobs.delete(jobId)
    }
  }

  /** SIGTERM, then SIGKILL after two seconds or when `deadline` aborts; resolves when the process is gone. */
  async stop(deadline: AbortSignal): Promise<void> {
    const child = this.#child
    if (child === undefined || this.#status.status === 'ended') return
    this.#expectEnd('stopped')
    const kill = () => void child.kill('SIGKILL')
    const timer = setTimeout(kill, termGraceMs)
    deadline.addEventListener('abort', kill, { once: true })
    child.kill(deadline.aborted ? 'SIGKILL' : 'SIGTERM')
    await this.#gone.promise
    clearTimeout(timer)
    deadline.removeEventListener('abort', kill)
  }

  #send(command: EngineCommand): void {
    // An ended engine cannot be written to; its jobs hear of it by `exit`, so the error of a late write says nothing new.
    if (this.#child?.connected === true) this.#child.send(command, () => undefined)
  }

  #receive(raw: unknown): void {
    const parsed = parseUntrusted(engineMessage, raw)
    if (parsed.success) this.#handle(parsed.data)
    else {
      this.#log.error({ err: parsed.error }, 'the engine sent what is no message; ending it')
      this.#child?.kill('SIGKILL')
    }
  }

  #handle(message: EngineMessage): void {
    switch (message.type) {
      case 'progress':
        this.#status = { status: 'loading', progress: message.progress }
        for (const watcher of this.#watchers) watcher.onLoading(message.progress)
        return
      case 'loaded':
        this.#status = { status: 'loaded', contextTokens: message.contextTokens }
        this.#watchers.clear()
        this.#log.info({ model: this.spec.model, contextTokens: message.contextTokens }, 'the local model is loaded')
        this.#loaded.resolve()
        return
      case 'unloadable':
        this.#refuse(message.reason)
        return
      case 'events':
        for (const { jobId, events } of message.batches) this.#jobs.get(jobId)?.listener.onEvents(events)
        return
      case 'accepted':
        this.#jobs.get(message.jobId)?.listener.onAccepted(message.waiting)
        return
      case 'done':
        this.#jobs.get(message.jobId)?.resolve({ reason: message.reason, usage: message.usage })
        return
      case 'failed':
        this.#jobs.get(message.jobId)?.reject(new HearthError(message.code, message.message))
        return
    }
  }

  #refuse(reason: string): void {
    const { model, modelPath } = this.spec
    this.#log.error({ model, path: modelPath, reason }, 'the local model cannot be loaded')
    this.#expectEnd('unloadable')
    this.#child?.kill('SIGKILL')
  }

  #expectEnd(cause: EndCause): void {
    if (this.#endCause === 'crash') this.#endCause = cause
  }

  #end(how: unknown): void {
    if (this.#status.status === 'ended') return
    const cause = this.#endCause
    const { model } = this.spec
    if (cause === 'crash') this.#log.error({ how, model }, 'the engine of the local model ended unexpectedly')
    const error = endError(cause, model)
    this.#status = { status: 'ended', error, cause }
    this.#watchers.clear()
    this.#loaded.reject(error)
    for (const { reject } of this.#jobs.values()) reject(error)
    this.#gone.resolve()
  }
}

function endError(cause: EndCause, model: string): HearthError {
  switch (cause) {
    case 'crash':
      return new HearthError(
        'provider_connection_failed',
        'The process of the local model ended unexpectedly; try again.',
      )
    case 'stopped':
      return new HearthError('provider_connection_failed', 'The process of the local model was stopped; try again.')
    case 'unloadable':
      return new HearthError(
        'provider_server_error',
        `The local model ${model} cannot be loaded; the server's log says why. Fetch it again, or use a smaller one.`,
        { retryable: false },
      )
  }
}
