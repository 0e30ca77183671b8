import type { Readable } from 'node:stream'
import type { GenerateEvent } from '../../../common/contracts/generate-event.ts'
import type { Embeddings, EmbedRequest, GenerateRequest } from '../../../common/contracts/generate-request.ts'
import { type HearthError, toHearthError } from '../../../common/errors/hearth-error.ts'
import type { Beginning } from '../../../common/streams/handed-over.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { AttemptTimers } from '../../attempt-timers.ts'
import { embedTexts } from '../../chat-completions/embed-texts.ts'
import { mapError } from '../../chat-completions/map-error.ts'
import { mapRequest } from '../../chat-completions/map-request.ts'
import { chatDialect } from '../../chat-completions/map-stream.ts'
import { openChatStream } from '../../chat-completions/open-stream.ts'
import { createOpenaiClients } from '../../chat-completions/openai-client.ts'
import { createHttpTransport } from '../../http-transport.ts'
import { vendorAttempt } from '../../vendor-attempt.ts'
import { type Batches, readVendorStream, type StreamReading } from '../../vendor-stream.ts'
import { openWhenLoaded } from './await-model.ts'
import { connectionPath, type ServerConnection } from './connection.ts'
import { explainFailure } from './explain-failure.ts'
import { fitRequest } from './fit-request.ts'
import { flavors } from './flavors.ts'
import { mapOllamaRequest, wantsNative } from './map-ollama-request.ts'
import { ollamaDialect } from './map-ollama-stream.ts'
import { openOllamaStream } from './open-ollama-stream.ts'

interface Asked {
  readonly connection: ServerConnection
  readonly request: GenerateRequest
  readonly reading: StreamReading
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
  generate(connection: ServerConnection, request: GenerateRequest, signal: AbortSignal): Batches {
    const left = new AbortController()
    const leave = (): void => left.abort()
    return vendorAttempt({
      request,
      signal: AbortSignal.any([signal, left.signal]),
      transport: this.#transport,
      mapError: (error) => failureOf(error, connection, request),
      note: (failure) => this.#note(failure, request),
      begin: (reading) => this.#begin({ connection, request, reading, leave }),
    })
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

  async *#begin({ connection, request: asked, reading, leave }: Asked): Beginning<readonly GenerateEvent[]> {
    const { request, dropped } = fitRequest(asked, flavors[connection.flavor])
    if (dropped.length > 0) yield [{ type: 'parameters-dropped', names: dropped }]
    const { timers, transport } = reading
    const { parameters, model } = request
    const isNative = connection.flavor === 'ollama' && wantsNative(parameters, connection.num_ctx)
    const open = isNative ? this.#ollama(connection, request, timers) : this.#chat(connection, request, timers)
    const body = yield* openWhenLoaded({ connection, model, transport, timers, leave, open })
    const callIdPrefix = `call_${request.runId.slice(-16)}_${request.attempt}_`
    if (isNative) return readVendorStream(body, ollamaDialect(callIdPrefix), reading)
    return readVendorStream(body, chatDialect(callIdPrefix), reading)
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

  #note(failure: HearthError, { runId, attempt, connection }: GenerateRequest): void {
    this.#log.debug({ runId, attempt, connection, code: failure.code, ...failure.details }, 'local attempt failed')
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
