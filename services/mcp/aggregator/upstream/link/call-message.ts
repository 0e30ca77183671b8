import {
  type CallToolResult,
  CLIENT_INFO_META_KEY,
  type InputRequiredResult,
  type JSONRPCResponse,
  PROTOCOL_VERSION_META_KEY,
  ProtocolError,
  type Result,
  SdkError,
  SdkErrorCode,
  specTypeSchemas,
} from '@modelcontextprotocol/client'
import { isRecord } from '../../../../common/is-record.ts'
import type { Era } from '../../upstream.ts'
import { identity } from './identity.ts'

/** What a request of 2026-07-28 says of itself, beside what its client can do. */
export const callEnvelope = (version: string | undefined): Readonly<Record<string, unknown>> => ({
  [PROTOCOL_VERSION_META_KEY]: version,
  [CLIENT_INFO_META_KEY]: identity,
})

/**
 * The result of a call, by the rules of its era, as the SDK reads it.
 * @throws ProtocolError for an error; SdkError `InvalidResult` or `UnsupportedResultType` for what is no result.
 */
export function callResult(response: JSONRPCResponse, era: Era | undefined): Result {
  if ('error' in response) {
    const { code, message, data } = response.error
    throw ProtocolError.fromError(code, message, data)
  }
  const { result } = response
  const type = result['resultType']
  if (era === 'modern') {
    if (typeof type !== 'string') throw invalid('it has no resultType')
    if (type === 'input_required') return inputRequired(result)
    if (type !== 'complete') throw new SdkError(SdkErrorCode.UnsupportedResultType, `Unsupported result type ${type}`)
  }
  return toolResult(type === undefined ? result : withoutType(result))
}

function withoutType({ resultType: _, ...result }: Result): Result {
  return result
}

function inputRequired({ inputRequests, requestState, _meta }: Result): InputRequiredResult {
  const requests = isRecord(inputRequests) ? inputRequests : {}
  const hasState = typeof requestState === 'string'
  if (Object.keys(requests).length === 0 && !hasState) throw invalid('it asks for input, and names none')
  return {
    resultType: 'input_required',
    // Looked at before a client is shown them.
    inputRequests: requests as NonNullable<InputRequiredResult['inputRequests']>,
    ...(hasState ? { requestState } : {}),
    ...(isRecord(_meta) ? { _meta } : {}),
  }
}

/** Of nothing but text it need not be asked of the schema, which takes longer than all else. */
function toolResult(value: Result): CallToolResult {
  if (isTextResult(value)) return value
  const checked = specTypeSchemas.CallToolResult['~standard'].validate(value)
  if (checked.issues !== undefined) throw invalid(checked.issues.map(({ message }) => message).join('; '))
  return checked.value
}

function isTextResult(value: Result): value is CallToolResult {
  const { content, isError = false } = value
  const hasOnlyKnown = Object.keys(value).every((key) => key === 'content' || key === 'isError')
  return hasOnlyKnown && typeof isError === 'boolean' && Array.isArray(content) && content.every(isTextBlock)
}

const isTextBlock = (block: unknown): boolean =>
  isRecord(block) && block['type'] === 'text' && typeof block['text'] === 'string' && Object.keys(block).length === 2

const invalid = (why: string): SdkError =>
  new SdkError(SdkErrorCode.InvalidResult, `Invalid result for tools/call: ${why}`)
