import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { LocalConnection } from '../../common/config/config-schema.ts'
import type { GenerateEvent } from '../../common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../common/contracts/generate-request.ts'
import type { ConnectionState } from '../../common/contracts/model-adapter.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { runAttempt } from './attempt.ts'
import { connectionState } from './connection-state.ts'
import { EngineOwner } from './engine-owner.ts'
import type { EngineSpec } from './engine-process.ts'
import { listModels, type ModelFile } from './model-files.ts'

export interface EmbeddedOptions {
  /** The connections of the embedded engine as they are now. */
  readonly connections: () => Readonly<Record<string, LocalConnection>>
  /** Holds `models` unless a connection names another folder. */
  readonly dataDir: string
  readonly log: Logger
  /** Folder of the package `hearth-engine`. */
  readonly engineDirectory?: string
}

/** Answers that may wait for a free sequence, per connection. */
const queueLimit = 128
/** For the answers of an engine whose connection is gone. */
const retireWithinMs = 60_000

/** Models on this machine, each connection's in a process of its own. */
export class EmbeddedModels {
  readonly #options: EmbeddedOptions
  readonly #owners = new Map<string, EngineOwner>()
  readonly #retiring = new Set<EngineOwner>()
  readonly #preloads = new AbortController()
  #loading: Promise<unknown> = Promise.resolve()

  constructor(options: EmbeddedOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { connections } = this.#options
    this.#loading = Promise.all(Object.entries(connections()).map(([name, each]) => this.#preload(name, each)))
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#preloads.abort()
    await Promise.all([...this.#owners.values(), ...this.#retiring].map((owner) => owner.stop(deadline)))
  }

  async whenLoaded(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, reject } = Promise.withResolvers<never>()
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    await Promise.race([this.#loading, promise]).finally(() => signal.removeEventListener('abort', onAbort))
  }

  /** Ends the engines of connections that are gone, or are servers now, once their answers are finished. */
  retire(): void {
    const connections = this.#options.connections()
    for (const [name, owner] of this.#owners) {
      if (connections[name] !== undefined) continue
      this.#owners.delete(name)
      this.#retiring.add(owner)
      void owner.stop(AbortSignal.timeout(retireWithinMs)).finally(() => this.#retiring.delete(owner))
    }
  }

  /** As `ModelAdapter.generate`. */
  async *generate(
    connection: LocalConnection,
    request: GenerateRequest,
    signal: AbortSignal,
  ): AsyncGenerator<readonly GenerateEvent[], void> {
    const state = this.stateOf(request.connection, connection)
    if (state.status === 'disabled') throw notServed(state.reason)
    const models = listModels(this.#directoryOf(connection))
    const file = models.find(({ model }) => model === request.model.toLowerCase())
    if (file === undefined)
      throw notServed(`it has no model "${request.model}", but ${models.map(({ model }) => model).join(', ')}`)
    const owner = this.#ownerOf(request.connection)
    yield* runAttempt({ owner, spec: specOf(connection, file), request, newCallId }, signal)
  }

  async #preload(name: string, connection: LocalConnection): Promise<void> {
    const [first] = listModels(this.#directoryOf(connection))
    if (first === undefined || !this.#isInstalled()) return
    await this.#ownerOf(name)
      .preload(specOf(connection, first), this.#preloads.signal)
      .catch((error: unknown) => {
        if (!this.#preloads.signal.aborted)
          this.#options.log.warn({ err: error, connection: name }, 'no local model yet')
      })
  }

  /** Whether it can serve now, and if not, why. */
  stateOf(name: string, connection: LocalConnection): ConnectionState {
    const modelsDirectory = this.#directoryOf(connection)
    return connectionState({
      isInstalled: this.#isInstalled(),
      modelsDirectory,
      models: listModels(modelsDirectory),
      owner: this.#ownerOf(name).view(),
      nowMs: performance.now(),
    })
  }

  #ownerOf(name: string): EngineOwner {
    const known = this.#owners.get(name)
    if (known !== undefined) return known
    const owner = new EngineOwner({
      main: join(this.#engineDirectory(), 'main.ts'),
      log: this.#options.log.child({ connection: name }),
      now: () => performance.now(),
    })
    this.#owners.set(name, owner)
    return owner
  }

  #directoryOf({ models_dir }: LocalConnection): string {
    return resolve(models_dir ?? join(this.#options.dataDir, 'models'))
  }

  #engineDirectory(): string {
    return this.#options.engineDirectory ?? join(import.meta.dirname, 'engine')
  }

  #isInstalled(): boolean {
    return existsSync(join(this.#engineDirectory(), 'node_modules', 'node-llama-cpp', 'package.json'))
  }
}

const specOf = (connection: LocalConnection, { model, path }: ModelFile): EngineSpec => ({
  model,
  modelPath: path,
  contextTokens: connection.context_tokens,
  sequences: connection.sequences,
  // One core stays free for the sockets; generation is bound by memory long before it is by cores.
  threads: connection.threads === 'auto' ? Math.max(1, availableParallelism() - 1) : connection.threads,
  queueLimit,
})

const newCallId = () => `call_${randomUUID().replaceAll('-', '')}`

export const notServed = (why: string) =>
  new HearthError('gateway_no_adapter', `The local adapter cannot answer: ${why}`)
