import { type CallToolResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { type ErrorCode, errorRow } from '../../../common/errors/error-table.ts'
import { type HearthError, toHearthError } from '../../../common/errors/hearth-error.ts'
import type { ToolRefusal } from '../../aggregator/aggregator.ts'

/** An answer that says why a call was not made, or failed: for models in the text, for programs in `_meta`. */
export const failedCall = (code: ErrorCode, message: string): CallToolResult => ({
  content: [{ type: 'text', text: `${code}: ${message}` }],
  isError: true,
  _meta: { 'hearth/code': code },
})

/** Of a call whose tool is known but may not be called; undefined: for this caller there is no such tool. */
export function refusedCall(name: string, refusal: ToolRefusal): CallToolResult | undefined {
  switch (refusal) {
    case 'unknown':
    case 'not_in_profile':
      return undefined
    case 'off':
      return failedCall('tool_disabled', `The tool ${name} is switched off; an admin can switch it on.`)
    case 'server_off':
      return failedCall('tool_disabled', `The server of the tool ${name} is switched off; an admin can switch it on.`)
    case 'quarantined':
      return failedCall('tool_quarantined', `The tool ${name} changed; it waits until an admin approves it.`)
    case 'gone':
      return failedCall(
        'tool_unavailable',
        `Its server does not offer the tool ${name} any more; list the tools again.`,
      )
  }
}

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

/** What a handler threw, as clients may see it. */
export const shownError = (error: unknown): ProtocolError =>
  error instanceof ProtocolError ? error : protocolErrorOf(toHearthError(error))
