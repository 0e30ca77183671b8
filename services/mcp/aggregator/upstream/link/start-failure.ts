import { OAuthError, SdkError, SdkErrorCode, SdkHttpError, UnauthorizedError } from '@modelcontextprotocol/client'
import { EgressError } from '../http/egress.ts'
import { ProgramFailed } from './open-stdio-link.ts'

/** Why an upstream could not be reached. `reason` is a sentence part of ours; `detail` what it or the system said, untrusted. */
export interface StartFailure {
  readonly type: 'failed' | 'unauthorized'
  readonly reason: string
  readonly detail: string
}

export function startFailureOf(error: unknown): StartFailure {
  if (error instanceof ProgramFailed) return { ...startFailureOf(error.cause), detail: error.stderr }
  const detail = textOf(error)
  const forbidden = causesOf(error).find((cause) => cause instanceof EgressError)
  if (forbidden !== undefined) return { type: 'failed', reason: forbidden.message, detail: '' }
  if (causesOf(error).some(isUnauthorized)) {
    return { type: 'unauthorized', reason: 'it wants a sign-in or another token', detail }
  }
  if (error instanceof SdkHttpError && error.status !== undefined) {
    return { type: 'failed', reason: `it answered with HTTP status ${error.status}`, detail }
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) {
    return { type: 'failed', reason: 'it did not answer in time', detail }
  }
  return { type: 'failed', reason: systemReason(error) ?? 'it does not speak MCP as it should, or ended', detail }
}

/** The old transport is tried after these: the address knows no POST of streamable HTTP (2025-11-25, backwards compatibility). */
export const isWithoutStreamableHttp = (error: unknown): boolean =>
  error instanceof SdkHttpError && [400, 404, 405].includes(error.status ?? 0)

const isUnauthorized = (error: unknown): boolean =>
  error instanceof UnauthorizedError ||
  error instanceof OAuthError ||
  (error instanceof SdkHttpError && (error.status === 401 || error.status === 403))

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its command or working folder does not exist',
  EACCES: 'its command may not be executed',
  ECONNREFUSED: 'nothing listens at its address',
  ECONNRESET: 'it closed the connection',
  ENOTFOUND: 'its host is unknown',
  EAI_AGAIN: 'its host cannot be looked up',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  ETIMEDOUT: 'its host does not answer',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'its host does not answer',
}

/** From the first error with a code of the operating system on the way down its causes. */
function systemReason(error: unknown): string | undefined {
  const codes = causesOf(error).map((cause) => ('code' in cause ? String(cause.code) : ''))
  return codes.map((code) => reasons[code]).find((reason) => reason !== undefined)
}

/** The error and what it came from, outermost first; of several at once the first. */
function causesOf(error: unknown, depth = 0): readonly Error[] {
  if (!(error instanceof Error) || depth > 5) return []
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return [error, ...causesOf(first, depth + 1)]
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
