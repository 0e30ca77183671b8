import type { OpenaiConnection } from '../../common/config/config-schema.ts'
import type { ModelAdapter } from '../../common/contracts/model-adapter.ts'
import type { HearthError } from '../../common/errors/hearth-error.ts'
import type { Part } from '../../common/lifecycle/part.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { startAttemptTimers } from '../attempt-timers.ts'
import { embedTexts } from '../chat-completions/embed-texts.ts'
import { mapError } from '../chat-completions/map-error.ts'
import { createOpenaiClients } from '../chat-completions/openai-client.ts'
import { type ConnectionSettings, createConnections } from '../connections.ts'
import { createHttpTransport } from '../http-transport.ts'
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
    async *generate(request, signal) {
      const settings = connections.ready(request.connection)
      const { call, dropped } = planCall(settings, request)
      const timers = startAttemptTimers(request.timeouts, signal)
      const toFailure = (error: unknown) => mapError(error, connections.pathOf(request.connection))
      try {
        timers.signal.throwIfAborted()
        if (dropped.length > 0) yield [{ type: 'parameters-dropped', names: dropped }]
        const response = await sendCall(clients(settings), call, timers.signal)
        timers.onHeaders()
        const callIdPrefix = `call_${request.runId.slice(-16)}_${request.attempt}_`
        yield* readAnswer(call, response, callIdPrefix, { transport, timers, mapError: toFailure })
      } catch (error) {
        throw noted(deps.log, timers.failure() ?? toFailure(error), request)
      } finally {
        timers.dispose()
      }
    },
    async embed(request, signal) {
      const client = clients(connections.ready(request.connection))
      const path = connections.pathOf(request.connection)
      try {
        return await embedTexts({ client, transport, path }, request, signal)
      } catch (error) {
        throw noted(deps.log, mapError(error, path), request)
      }
    },
    name: 'openai',
    start: async () => undefined,
    stop: async () => transport.close(),
  }
}

/** What went wrong, by its code. */
function noted(
  log: Logger,
  failure: HearthError,
  { connection, model, ...run }: { readonly connection: string; readonly model: string; readonly runId?: string },
): HearthError {
  log.debug({ runId: run.runId, connection, model, code: failure.code, ...failure.details }, 'openai attempt failed')
  return failure
}
