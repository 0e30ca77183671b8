import type { OpenaiConnection } from '../../common/config/config-schema.ts'
import type { ModelAdapter } from '../../common/contracts/model-adapter.ts'
import type { HearthError } from '../../common/errors/hearth-error.ts'
import type { Part } from '../../common/lifecycle/part.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { embedTexts } from '../chat-completions/embed-texts.ts'
import { mapError } from '../chat-completions/map-error.ts'
import { createOpenaiClients } from '../chat-completions/openai-client.ts'
import { type ConnectionSettings, createConnections } from '../connections.ts'
import { createHttpTransport } from '../http-transport.ts'
import { vendorAttempt } from '../vendor-attempt.ts'
import { planCall } from './plan-call.ts'
import { readAnswer, sendCall } from './read-answer.ts'

export interface OpenaiAdapterDeps extends ConnectionSettings<OpenaiConnection> {
  readonly log: Logger
}

/**
 * OpenAI, and every server that speaks its APIs: Chat Completions or Responses (the connection's `api`), Images,
 * Embeddings. `stop` closes its sockets.
 */
export function createOpenaiAdapter(deps: OpenaiAdapterDeps): ModelAdapter & Part {
  const transport = createHttpTransport()
  const clients = createOpenaiClients(transport)
  const connections = createConnections({ adapter: 'openai', keyVariable: 'OPENAI_API_KEY' }, deps)
  return {
    describe: () => ({ name: 'openai', connections: connections.describe() }),
    generate: (request, signal) =>
      vendorAttempt({
        request,
        signal,
        transport,
        mapError: (error) => mapError(error, connections.pathOf(request.connection)),
        note: (failure) => note(deps.log, failure, request),
        async *begin(reading) {
          const settings = connections.ready(request.connection)
          const { call, dropped } = planCall(settings, request)
          if (dropped.length > 0) yield [{ type: 'parameters-dropped', names: dropped }]
          const response = await sendCall(clients(settings), call, reading.timers.signal)
          reading.timers.onHeaders()
          return readAnswer(call, response, `call_${request.runId.slice(-16)}_${request.attempt}_`, reading)
        },
      }),
    async embed(request, signal) {
      const client = clients(connections.ready(request.connection))
      const path = connections.pathOf(request.connection)
      try {
        return await embedTexts({ client, transport, path }, request, signal)
      } catch (error) {
        const failure = mapError(error, path)
        note(deps.log, failure, request)
        throw failure
      }
    },
    name: 'openai',
    start: async () => undefined,
    stop: async () => transport.close(),
  }
}

/** What went wrong, by its code. */
const note = (
  log: Logger,
  failure: HearthError,
  { connection, model, ...run }: { readonly connection: string; readonly model: string; readonly runId?: string },
): void =>
  log.debug({ runId: run.runId, connection, model, code: failure.code, ...failure.details }, 'openai attempt failed')
