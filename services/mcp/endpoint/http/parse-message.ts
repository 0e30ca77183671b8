import { ProtocolErrorCode } from '@modelcontextprotocol/server'
import { isDeeperThan } from '../../../common/http/json-depth.ts'
import { jsonRpcError } from './json-rpc-answer.ts'

export type ParsedMessage =
  /** `body` is undefined for a request without one. */
  { readonly status: 'parsed'; readonly body: unknown } | { readonly status: 'refused'; readonly response: Response }

/** The JSON of a body; what is none, or nests too deep, is answered -32700. */
export function parseMessage(bytes: Uint8Array | undefined, maxDepth: number): ParsedMessage {
  if (bytes === undefined || bytes.length === 0) return { status: 'parsed', body: undefined }
  if (isDeeperThan(bytes, maxDepth)) return refused(`The JSON nests deeper than ${maxDepth} levels.`)
  try {
    return { status: 'parsed', body: JSON.parse(utf8.decode(bytes)) }
  } catch {
    return refused('The body is not JSON in UTF-8.')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

const refused = (message: string): ParsedMessage => ({
  status: 'refused',
  response: jsonRpcError(400, { code: ProtocolErrorCode.ParseError, message: `Parse error: ${message}` }),
})
