import type { IncomingHttpHeaders } from 'node:http'
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  isSpecType,
  LOG_LEVEL_META_KEY,
  type LoggingLevel,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server'
import { isRecord } from '../../../common/is-record.ts'

type Params = Readonly<Record<string, unknown>>

/** A request of 2026-07-28 that nothing is wrong with. */
export type PlainRequest = {
  readonly id: string | number
  readonly capabilities: ClientCapabilities
  readonly logLevel: LoggingLevel | undefined
  readonly progressToken: string | number | undefined
} & (
  | { readonly method: 'tools/call'; readonly name: string; readonly args: Params }
  | { readonly method: 'tools/list' }
)

const revision = '2026-07-28'

/**
 * The two requests that are made most, where body and headers are plainly right. Everything else is undefined and goes
 * to the SDK, which knows every way to be wrong and what to answer. Retries (MRTR) and pages go there too.
 */
export function plainRequest(headers: IncomingHttpHeaders, body: unknown): PlainRequest | undefined {
  if (!isRecord(body) || body['jsonrpc'] !== '2.0' || !isId(body['id'])) return undefined
  const { method, params, id } = body
  if (!isRecord(params) || !areHeadersRight(headers, method)) return undefined
  const envelope = readEnvelope(params['_meta'])
  if (envelope === undefined) return undefined
  if (method === 'tools/call') return callOf(headers, params, { id, ...envelope })
  return method === 'tools/list' && hasOnly(params, ['_meta']) ? { id, method, ...envelope } : undefined
}

function callOf(
  headers: IncomingHttpHeaders,
  params: Params,
  about: Envelope & Pick<PlainRequest, 'id'>,
): PlainRequest | undefined {
  if (!hasOnly(params, ['_meta', 'name', 'arguments'])) return undefined
  const { name, arguments: args = {} } = params
  if (typeof name !== 'string' || headers['mcp-name'] !== name || !isRecord(args)) return undefined
  return { method: 'tools/call', name, args, ...about }
}

const areHeadersRight = (headers: IncomingHttpHeaders, method: unknown): boolean =>
  headers['mcp-protocol-version'] === revision &&
  headers['mcp-method'] === method &&
  jsonType.test(headers['content-type'] ?? '')

export const jsonType = /^application\/json *(;|$)/i

type Envelope = Pick<PlainRequest, 'capabilities' | 'logLevel' | 'progressToken'>

function readEnvelope(meta: unknown): Envelope | undefined {
  if (!isRecord(meta) || meta[PROTOCOL_VERSION_META_KEY] !== revision) return undefined
  const capabilities = meta[CLIENT_CAPABILITIES_META_KEY]
  const logLevel = meta[LOG_LEVEL_META_KEY]
  const { progressToken } = meta
  if (!areCapabilities(capabilities) || !isClient(meta[CLIENT_INFO_META_KEY])) return undefined
  if (logLevel !== undefined && !isSpecType.LoggingLevel(logLevel)) return undefined
  if (progressToken !== undefined && !isId(progressToken)) return undefined
  return { capabilities, logLevel, progressToken }
}

const areCapabilities = (value: unknown): value is ClientCapabilities =>
  isRecord(value) && (Object.keys(value).length === 0 || isSpecType.ClientCapabilities(value))

/** A client may keep its name to itself. */
const isClient = (value: unknown): boolean => value === undefined || isSpecType.Implementation(value)

export const hasOnly = (params: Params, keys: readonly string[]): boolean =>
  Object.keys(params).every((key) => keys.includes(key))

export const isId = (value: unknown): value is string | number =>
  typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value))
