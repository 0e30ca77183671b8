import type { IncomingMessage } from 'node:http'
import { bearerPrefix, protocolName } from '../../common/contracts/protocol/limits.ts'
import type { ErrorCode } from '../../common/errors/error-table.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { checkHost, type HostPolicy } from '../../common/http/host-guard.ts'
import { bearerToken } from '../http/bearer-token.ts'

/** The path of the WebSocket. */
export const socketPath = '/v1/ws'

/** What a handshake is judged by; nothing of it has been believed yet. */
export interface UpgradeFacts {
  readonly method: string
  readonly path: string
  /** More than one Host header counts as none. */
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly upgrade: string | undefined
  readonly key: string | undefined
  readonly version: string | undefined
  readonly protocols: string | undefined
  readonly authorization: string | undefined
}

export interface UpgradeConditions {
  readonly hostPolicy: HostPolicy
  readonly isDraining: boolean
  readonly hasSettings: boolean
}

export interface Refusal {
  readonly error: HearthError
  /** HTTP status; unset: the one of the error table. */
  readonly status?: number
}

export type UpgradeVerdict =
  | { readonly status: 'accepted'; readonly token: string | undefined }
  | { readonly status: 'refused'; readonly refusal: Refusal }

type Rule = (facts: UpgradeFacts, conditions: UpgradeConditions) => Refusal | undefined

/** In order; the first that refuses decides. */
const rules: readonly Rule[] = [
  ({ host, origin }, { hostPolicy }) => {
    const verdict = checkHost(hostPolicy, { host, origin })
    return verdict.ok ? undefined : refuse('policy_access_denied', verdict.message)
  },
  ({ path }) =>
    path === socketPath ? undefined : refuse('caller_not_found', `WebSockets are served at ${socketPath} only.`),
  (_, { isDraining }) => (isDraining ? refuse('gateway_draining', 'The server stops; come back later.') : undefined),
  ({ method, upgrade, key, version }) =>
    isWebSocket(method, upgrade, key) && version === '13'
      ? undefined
      : refuse('caller_invalid_request', 'This is no WebSocket handshake of version 13 (RFC 6455).', 400),
  ({ protocols }) => {
    const offered = parseProtocols(protocols)
    return offered?.includes(protocolName)
      ? undefined
      : refuse('caller_invalid_request', `Offer the subprotocol ${protocolName}, each subprotocol once.`, 400)
  },
  (facts) =>
    isTokenReadable(facts) ? undefined : refuse('policy_unauthenticated', 'Send the token as Authorization: Bearer.'),
  (_, { hasSettings }) =>
    hasSettings ? undefined : refuse('gateway_config_unavailable', 'No settings have been read from mcp yet.'),
]

/** Whether a handshake may become a WebSocket, and the token it brings. Pure. */
export function judgeUpgrade(facts: UpgradeFacts, conditions: UpgradeConditions): UpgradeVerdict {
  for (const rule of rules) {
    const refusal = rule(facts, conditions)
    if (refusal !== undefined) return { status: 'refused', refusal }
  }
  return { status: 'accepted', token: bearerToken(facts.authorization) ?? tokenOfProtocols(facts.protocols) }
}

export function upgradeFacts(request: IncomingMessage): UpgradeFacts {
  const { headers, headersDistinct } = request
  return {
    method: request.method ?? '',
    path: (request.url ?? '').split('?', 1)[0] ?? '',
    host: headersDistinct['host']?.length === 1 ? headers.host : undefined,
    origin: headersDistinct['origin']?.join(', '),
    upgrade: headers.upgrade,
    key: headers['sec-websocket-key'],
    version: headers['sec-websocket-version'],
    protocols: headers['sec-websocket-protocol'],
    authorization: headers.authorization,
  }
}

const isWebSocket = (method: string, upgrade: string | undefined, key: string | undefined): boolean =>
  method === 'GET' && upgrade?.toLowerCase() === 'websocket' && /^[+/0-9A-Za-z]{22}==$/.test(key ?? '')

/** Tokens of RFC 9110 §5.6.2, each once; undefined when it is anything else. */
function parseProtocols(header: string | undefined): readonly string[] | undefined {
  const offered = (header ?? '').split(',').map((name) => name.trim())
  const isValid = offered.every((name) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
  return isValid && new Set(offered).size === offered.length ? offered : undefined
}

const tokenOfProtocols = (header: string | undefined): string | undefined =>
  parseProtocols(header)
    ?.find((name) => name.startsWith(bearerPrefix))
    ?.slice(bearerPrefix.length)

/** An Authorization header that is no bearer token, and an empty token, are wrong tokens; none at all may follow in the hello. */
const isTokenReadable = ({ authorization, protocols }: UpgradeFacts): boolean =>
  (authorization === undefined || bearerToken(authorization) !== undefined) && tokenOfProtocols(protocols) !== ''

const refuse = (code: ErrorCode, message: string, status?: number): Refusal => ({
  error: new HearthError(code, message),
  ...(status === undefined ? {} : { status }),
})
