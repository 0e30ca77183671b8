import type { Readable } from 'node:stream'
import type { GenerateEvent } from '../../../common/contracts/generate-event.ts'
import type { Embeddings, EmbedRequest, GenerateRequest } from '../../../common/contracts/generate-request.ts'
import { type HearthError, toHearthError } from '../../../common/errors/hearth-error.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import { type AttemptTimers, startAttemptTimers } from '../../attempt-timers.ts'
import { embedTexts } from '../../chat-completions/embed-texts.ts'
import { mapError } from '../../chat-completions/map-error.ts'
import { mapRequest } from '../../chat-completions/map-request.ts'
import { chatDialect } from '../../chat-completions/map-stream.ts'
import { openChatStream } from '../../chat-completions/open-stream.ts'
import { createOpenaiClients } from '../../chat-completions/openai-client.ts'
import { createHttpTransport } from '../../http-transport.ts'
import { readVendorStream } from '../../vendor-stream.ts'
import { openWhenLoaded } from './await-model.ts'
import { connectionPath, type ServerConnection } from './connection.ts'
import { explainFailure } from './explain-failure.ts'
import { fitRequest } from './fit-request.ts'
import { flavors } from './flavors.ts'
import { mapOllamaRequest, wantsNative } from './map-ollama-request.ts'
import { ollamaDialect } from './map-ollama-stream.ts'
import { openOllamaStream } from './open-ollama-stream.ts'

type Batches = AsyncGenerator<readonly GenerateEvent[], void>

interface Asked {
  readonly connection: ServerConnection
  readonly request: GenerateRequest
  readonly timers: AttemptTimers
  /** Closes the socket when the reader leaves before the answer's body is there. */
  readonly leave: () => void
}

/** Models behind servers of this house: Ollama, llama.cpp, vLLM, LM Studio, others that speak Chat Completions. */
export class ServerModels {
  readonly #transport = createHttpTransport()
  readonly #clients = createOpenaiClients(this.#transport)
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  /** As `ModelAdapter.generate`. */
  async *generate(connection: ServerConnection, request: GenerateRequest, signal: AbortSignal): Batches {
    const fitted = fitRequest(request, flavors[connection.flavor])
    if (fitted.dropped.length > 0) yield [{ type: 'parameters-dropped', names: fitted.dropped }]
    const left = new AbortController()
    const timers = startAttemptTimers(request.timeouts, AbortSignal.any([signal, left.signal]))
    try {
      timers.signal.throwIfAborted()
      yield* this.#answer({ connection, request: fitted.request, timers, leave: () => left.abort() })
    } catch (error) {
      throw this.#noted(timers.failure() ?? failureOf(error, connection, request), request)
    } finally {
      timers.dispose()
    }
  }

  /** As `ModelAdapter.embed`. */
  async embed(connection: ServerConnection, request: EmbedRequest, signal: AbortSignal): Promise<Embeddings> {
    const path = connectionPath(request.connection)
    try {
      return await embedTexts({ client: this.#clients(connection), transport: this.#transport, path }, request, signal)
    } catch (error) {
      throw failureOf(error, connection, request)
    }
  }

  /** Closes the sockets. */
  close(): void {
    this.#transport.close()
  }

  async *#answer({ connection, request, timers, leave }: Asked): Batches {
    const transport = this.#transport
    const { parameters, model } = request
    const isNative = connection.flavor === 'ollama' && wantsNative(parameters, connection.num_ctx)
    const open = isNative ? this.#ollama(connection, request, timers) : this.#chat(connection, request, timers)
    const body = yield* openWhenLoaded({ connection, model, transport, timers, leave, open })
    const reading = { transport, timers, mapError: (error: unknown) => failureOf(error, connection, request) }
    const callIdPrefix = `call_${request.runId.slice(-16)}_${request.attempt}_`
    if (isNative) yield* readVendorStream(body, ollamaDialect(callIdPrefix), reading)
    else yield* readVendorStream(body, chatDialect(callIdPrefix), reading)
  }

  #chat(connection: ServerConnection, request: GenerateRequest, timers: AttemptTimers): () => Promise<Readable> {
    const body = mapRequest(request, connection.base_url)
    return () => openChatStream(this.#clients(connection), this.#transport, body, timers)
  }

  #ollama(connection: ServerConnection, request: GenerateRequest, timers: AttemptTimers): () => Promise<Readable> {
    const path = connectionPath(request.connection)
    const body = mapOllamaRequest(request, connection.num_ctx)
    return () => openOllamaStream({ connection, path, body }, this.#transport, timers)
  }

  #noted(failure: HearthError, { runId, attempt, connection }: GenerateRequest): HearthError {
    this.#log.debug({ runId, attempt, connection, code: failure.code, ...failure.details }, 'local attempt failed')
    return failure
  }
}

function failureOf(
  error: unknown,
  { base_url, flavor }: ServerConnection,
  { connection, model }: Pick<GenerateRequest, 'connection' | 'model'>,
): HearthError {
  const path = connectionPath(connection)
  return explainFailure(toHearthError(mapError(error, path)), { path, baseUrl: base_url, flavor, model })
}
