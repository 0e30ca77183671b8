import { type CallContext, ServerError, type ServerMiddleware, Status } from 'nice-grpc'
import { toHearthError } from '../errors/hearth-error.ts'
import { clusterCheck } from '../http/cluster-authorization.ts'
import type { Logger } from '../telemetry/logger.ts'
import { toServerError } from './error-trailer.ts'

/** Lets only peers of the cluster in, and ends failed calls with a status and the HearthError in the trailer. */
export function guardCalls(clusterToken: string, log: Logger): ServerMiddleware {
  const isRole = clusterCheck(clusterToken)
  return async function* guard(call, context) {
    if (!isRole(context.metadata.get('authorization'))) {
      throw new ServerError(Status.UNAUTHENTICATED, 'Set the same HEARTH_CLUSTER_TOKEN in every process.')
    }
    try {
      return yield* call.next(call.request, context)
    } catch (thrown) {
      throw refusal(thrown, context, (cause) => log.error({ err: cause }, `${call.method.path} failed`))
    }
  }
}

function refusal(thrown: unknown, context: CallContext, onDefect: (cause: unknown) => void): ServerError {
  if (thrown instanceof ServerError) return thrown
  if (context.signal.aborted) return new ServerError(Status.CANCELLED, 'The peer cancelled the call.')
  const error = toHearthError(thrown)
  if (error.code === 'gateway_internal') onDefect(error.cause ?? error)
  return toServerError(error, context.trailer)
}
