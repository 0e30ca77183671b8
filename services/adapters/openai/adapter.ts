import type { Readable } from 'node:stream'
import { OpenAI } from 'openai'
import type { Config, OpenaiConnection } from '../../common/config/config-schema.ts'
import type { MissingName } from '../../common/config/loaded-config.ts'
import type { GenerateEvent } from '../../common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../common/contracts/generate-request.ts'
import type { ConnectionInfo, ConnectionState, ModelAdapter } from '../../common/contracts/model-adapter.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Part } from '../../common/lifecycle/part.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { type AttemptTimers, startAttemptTimers } from '../attempt-timers.ts'
import { createHttpTransport, type HttpTransport } from '../http-transport.ts'
import { readSse } from '../sse-reader.ts'
import { mapError } from './map-error.ts'
import { mapRequest } from './map-request.ts'
import { beginStream, endStream, isComplete, stepBatch } from './map-stream.ts'

export interface OpenaiAdapterDeps {
  /** Read at every call, so that keys and servers change without a restart. */
  readonly connections: () => Config['adapters']['openai']['connections']
  /** Names that the configuration asks for and nobody has set. Default: none. */
  readonly missing?: () => readonly MissingName[]
  readonly log: Logger
}

/** OpenAI Chat Completions, and every server that speaks it. `stop` closes its sockets. */
export function createOpenaiAdapter(deps: OpenaiAdapterDeps): ModelAdapter & Part {
  const transport = createHttpTransport()
  const clients = createClientCache(transport)
  return {
    describe: () => ({ name: 'openai', connections: describeConnections(deps) }),
    async *generate(request, signal) {
      const settings = readyConnection(deps, request.connection)
      const body = mapRequest(request, settings.base_url)
      const timers = startAttemptTimers(request.timeouts, signal)
      try {
        timers.signal.throwIfAborted()
        const stream = await open(clients(settings), transport, body, { request, timers })
        yield* readAttempt(stream, transport, { request, timers })
      } catch (error) {
        throw noted(deps.log, timers.failure() ?? mapError(error, request.connection), request)
      } finally {
        timers.dispose()
      }
    },
    name: 'openai',
    start: async () => undefined,
    stop: async () => transport.close(),
  }
}

function noted(log: Logger, failure: HearthError, { runId, attempt, connection }: GenerateRequest): HearthError {
  log.debug({ runId, attempt, connection, code: failure.code, ...failure.details }, 'openai attempt failed')
  return failure
}

const connectionPath = (name: string) => `adapters.openai.connections.${name}`

/** Also those that the configuration had to leave out for want of a name. */
function describeConnections(deps: OpenaiAdapterDeps): readonly ConnectionInfo[] {
  const connections = deps.connections()
  const prefix = connectionPath('')
  const wanting = (deps.missing?.() ?? []).map(({ connection }) => connection).filter((path) => path.startsWith(prefix))
  const names = new Set([...Object.keys(connections), ...wanting.map((path) => path.slice(prefix.length))])
  return [...names].map((name) => ({ name, state: stateOf(name, connections[name], deps.missing?.() ?? []) }))
}

/** An absent key is a server that needs none; a key that came out empty is a key still to be set. */
function stateOf(
  name: string,
  settings: OpenaiConnection | undefined,
  missing: readonly MissingName[],
): ConnectionState {
  const variable = missing.find(({ connection }) => connection === connectionPath(name))?.name
  if (settings !== undefined && settings.api_key !== '' && variable === undefined) return { status: 'ready' }
  return { status: 'disabled', reason: `set ${variable ?? 'OPENAI_API_KEY'} (or ${connectionPath(name)}.api_key)` }
}

function readyConnection(deps: OpenaiAdapterDeps, name: string): OpenaiConnection {
  const state = describeConnections(deps).find((connection) => connection.name === name)?.state
  const settings = deps.connections()[name]
  if (settings !== undefined && state?.status === 'ready') return settings
  const todo = state?.status === 'disabled' ? state.reason : `add ${connectionPath(name)}, or name another connection`
  throw new HearthError('gateway_no_adapter', `The connection openai/${name} cannot serve: ${todo}.`)
}

const maxClients = 32
/** The SDK's own timer only covers the headers; ours cover everything, so its is put out of the way. */
const sdkTimeoutMs = 2 ** 31 - 1

/** SDK clients by their settings, the longest unused one dropped first. They hold no sockets: the transport does. */
function createClientCache(transport: HttpTransport): (settings: OpenaiConnection) => OpenAI {
  const clients = new Map<string, OpenAI>()
  return (settings) => {
    const key = JSON.stringify([settings.base_url, settings.api_key])
    const client = clients.get(key) ?? createClient(settings, transport)
    clients.delete(key)
    clients.set(key, client)
    for (const [oldest] of clients) {
      if (clients.size <= maxClients) break
      clients.delete(oldest)
    }
    return client
  }
}

const createClient = (settings: OpenaiConnection, transport: HttpTransport): OpenAI =>
  new OpenAI({
    baseURL: settings.base_url,
    apiKey: settings.api_key ?? 'no-key-needed',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: sdkTimeoutMs,
    logLevel: 'off',
    fetch: transport.fetch,
  })

interface Attempt {
  readonly request: GenerateRequest
  readonly timers: AttemptTimers
}

async function open(
  client: OpenAI,
  transport: HttpTransport,
  body: ReturnType<typeof mapRequest>,
  { timers }: Attempt,
): Promise<Readable> {
  const response = await client.chat.completions.create(body, { signal: timers.signal }).asResponse()
  timers.onHeaders()
  const stream = transport.takeBody(response)
  const type = response.headers.get('content-type') ?? 'text/event-stream'
  if (stream === undefined || !type.includes('text/event-stream')) {
    stream?.destroy()
    throw new HearthError(
      'provider_stream_error',
      'The server answered with something other than an event stream; check that base_url points to an OpenAI-compatible API (usually ending in /v1).',
    )
  }
  return stream
}

/** Owns the body: reads it to the terminator, or destroys it. */
async function* readAttempt(
  body: Readable,
  transport: HttpTransport,
  attempt: Attempt,
): AsyncGenerator<readonly GenerateEvent[], void> {
  const { signal } = attempt.timers
  const onAbort = () => body.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  let isWhole = false
  try {
    for await (const step of readSteps(body, attempt)) {
      isWhole = step.isWhole
      if (step.events.length === 0) continue
      attempt.timers.pause()
      yield step.events
      attempt.timers.resume()
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (isWhole) transport.release(body)
    else body.destroy()
  }
}

interface ReadStep {
  readonly events: readonly GenerateEvent[]
  readonly isWhole: boolean
}

/** One step per read; the last one has `finish`. */
async function* readSteps(body: Readable, { timers, request }: Attempt): AsyncGenerator<ReadStep, void> {
  let state = beginStream(`call_${request.runId.slice(-16)}_${request.attempt}_`)
  yield { events: [{ type: 'phase', phase: 'waiting_first_token' }], isWhole: false }
  try {
    for await (const batch of readSse(body.iterator({ destroyOnReturn: false }))) {
      timers.onBytes()
      const step = stepBatch(state, batch)
      state = step.state
      noteProgress(timers, step.events)
      yield { events: step.events, isWhole: step.outcome.status === 'done' }
      if (step.outcome.status === 'done') return
      if (step.outcome.status === 'failed') throw step.outcome.error
    }
  } catch (error) {
    const failure = timers.failure() ?? mapError(error, request.connection)
    if (!isComplete(state) || !mayFollowTheEnd(failure)) throw failure
  }
  yield { events: endStream(state, 'end'), isWhole: true }
}

/** The vendor said that the answer is whole; that its socket then broke or stayed open takes nothing away. */
const mayFollowTheEnd = ({ code }: HearthError): boolean =>
  code === 'provider_connection_failed' || code === 'provider_timeout_idle'

function noteProgress(timers: AttemptTimers, events: readonly GenerateEvent[]): void {
  for (const { type } of events) {
    if (type === 'phase') timers.onProgress()
    else if (type !== 'usage' && type !== 'finish') timers.onContent()
  }
}
