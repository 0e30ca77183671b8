import { HearthError } from '../../../common/errors/hearth-error.ts'
import { systemCode } from '../../vendor-failure.ts'
import { type FlavorName, flavors } from './flavors.ts'
import { shownUrl } from './server-url.ts'

/** Which server failed, and what it was asked for. */
export interface FailedServer {
  /** The connection's, such as `adapters.local.connections.workshop`. */
  readonly path: string
  readonly baseUrl: string
  readonly flavor: FlavorName
  readonly model: string
}

/** Nobody listens there, or there is no way to that machine. */
const unreachable = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EHOSTDOWN']

/** The failure with what a person can do about it at this kind of server; any other stays as it is. Pure. */
export function explainFailure(failure: HearthError, server: FailedServer): HearthError {
  const { path, baseUrl, flavor, model } = server
  const code = systemCode(failure.cause)
  if (failure.code === 'provider_connection_failed' && code !== undefined && unreachable.includes(code)) {
    return new HearthError(
      'provider_connection_failed',
      `No server answers at ${shownUrl(baseUrl)} (${code}); ${flavors[flavor].start}, or correct ${path}.base_url.`,
      { cause: failure.cause },
    )
  }
  if (flavor === 'ollama' && failure.code === 'caller_invalid_request' && failure.details.vendorStatus === 404) {
    return new HearthError(
      'caller_invalid_request',
      `Ollama has no model ${JSON.stringify(model)} (HTTP 404, ${path}); run "ollama pull ${model}" there, or name another model.`,
      { details: failure.details },
    )
  }
  return failure
}
