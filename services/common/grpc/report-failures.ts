import { type CallContext, ServerError, type ServerMiddleware, Status } from 'nice-grpc'
import { toHearthError } from '../errors/hearth-error.ts'
import type { Logger } from '../telemetry/logger.ts'
import { toServerError } from './error-trailer.ts'

/** Ends failed calls with a status, and the HearthError in the trailer. */
export const reportFailures = (log: Logger): ServerMiddleware =>
  async function* report(call, context) {
    try {
      return yield* call.next(call.request, context)
    } catch (thrown) {
      throw refusal(thrown, context, (cause) => log.error({ err: cause }, `${call.method.path} failed`))
    }
  }

function refusal(thrown: unknown, context: CallContext, onDefect: (cause: unknown) => void): ServerError {
  if (thrown instanceof ServerError) return thrown
  if (context.signal.aborted) return new ServerError(Status.CANCELLED, 'The peer cancelled the call.')
  const error = toHearthError(thrown)
  if (error.code === 'gateway_internal') onDefect(error.cause ?? error)
  return toServerError(error, context.trailer)
}
