import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { errorRow } from '../../../common/errors/error-table.ts'
import { type HearthError, toHearthError } from '../../../common/errors/hearth-error.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { Era } from '../../aggregator/upstream.ts'

export const unknownTool = (name: string): ProtocolError =>
  new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `There is no tool ${name.slice(0, 128)} here; list the tools again.`,
  )

/**
 * JSON-RPC errors of our own: outside the range that the specification keeps (-32768 to -32000), the last three digits
 * are the HTTP status of the code, and `data` holds what every other surface of Hearth says.
 */
export function protocolErrorOf(error: HearthError): ProtocolError {
  const { retryAfterMs } = error.details
  return new ProtocolError(-31_000 - errorRow(error.code).http, `${error.code}: ${error.message}`, {
    code: error.code,
    retryable: error.retryable,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  })
}

/** What a handler threw, as clients may see it; a defect of ours is logged with its cause and shown without it. */
export function shownError(thrown: unknown, { era, log }: { readonly era: Era; readonly log: Logger }): ProtocolError {
  if (thrown instanceof ProtocolError) return era === 'modern' ? modernError(thrown) : thrown
  const error = toHearthError(thrown)
  if (error.code === 'gateway_internal') log.error({ err: thrown }, 'mcp request failed')
  return protocolErrorOf(error)
}

/** Without the codes that 2026-07-28 has no more (its changelog); a server of an older revision may answer with them. */
function modernError(error: ProtocolError): ProtocolError {
  switch (error.code) {
    case ProtocolErrorCode.ResourceNotFound:
      return new ProtocolError(ProtocolErrorCode.InvalidParams, error.message, error.data)
    case ProtocolErrorCode.UrlElicitationRequired:
      return new ProtocolError(ProtocolErrorCode.InternalError, error.message, error.data)
    default:
      return error
  }
}
