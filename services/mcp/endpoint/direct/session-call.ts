import type { IncomingHttpHeaders } from 'node:http'
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server'
import { isRecord } from '../../../common/is-record.ts'
import { hasOnly, isId, jsonType } from './plain-request.ts'

/** A call of a tool inside a session, of the revisions before 2026-07-28, that nothing is wrong with. */
export interface SessionCall {
  readonly id: string | number
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly progressToken: string | number | undefined
}

/** Everything that is not plainly right is undefined, and goes to the SDK. */
export function sessionCall(headers: IncomingHttpHeaders, body: unknown): SessionCall | undefined {
  if (!isRecord(body) || body['jsonrpc'] !== '2.0' || body['method'] !== 'tools/call') return undefined
  const { id, params } = body
  if (!isId(id) || !areHeadersRight(headers)) return undefined
  if (!isRecord(params) || !hasOnly(params, ['_meta', 'name', 'arguments'])) return undefined
  const { name, arguments: args = {}, _meta: meta = {} } = params
  if (typeof name !== 'string' || !isRecord(args) || !isRecord(meta) || !hasOnly(meta, ['progressToken']))
    return undefined
  const { progressToken } = meta
  return progressToken === undefined || isId(progressToken) ? { id, name, args, progressToken } : undefined
}

function areHeadersRight(headers: IncomingHttpHeaders): boolean {
  const { accept = '' } = headers
  const version = headers['mcp-protocol-version']
  const isKnown = version === undefined || (typeof version === 'string' && sessionful.has(version))
  const takesBoth = accept.includes('application/json') && accept.includes('text/event-stream')
  return isKnown && takesBoth && jsonType.test(headers['content-type'] ?? '')
}

const sessionful = new Set(SUPPORTED_PROTOCOL_VERSIONS.filter((version) => version < '2026'))
