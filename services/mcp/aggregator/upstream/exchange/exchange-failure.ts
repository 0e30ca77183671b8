import {
  ProtocolError,
  ProtocolErrorCode,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { HearthError } from '../../../../common/errors/hearth-error.ts'
import { EgressError } from '../http/egress.ts'
import { BodyTooLarge } from '../http/message-cap.ts'
import { answerTooLarge, streamLost } from '../link/http-transport.ts'
import { oneLine } from '../one-line.ts'
import { exceedsBytes } from './exceeds-bytes.ts'

/** What a failed request says about the way to the upstream. */
export type ExchangeFailure =
  /** It answered, with an error that is the caller's to know. */
  | { readonly type: 'answered'; readonly error: ProtocolError | HearthError }
  /** The connection broke in the middle. */
  | { readonly type: 'lost'; readonly error: HearthError }
  /** The request was not looked at: a new connection may take it. */
  | { readonly type: 'unseen'; readonly error: HearthError }
  /** No answer within the time of one request of several. */
  | { readonly type: 'late' }
  | { readonly type: 'unauthorized'; readonly error: HearthError }
  /** What was agreed on with it does not hold: the era is asked for again. */
  | { readonly type: 'wrong_era'; readonly error: HearthError }

/** Errors about headers and versions of our own hop: -32020 HeaderMismatch, -32022 UnsupportedProtocolVersion. */
const ofTheHop = new Set([-32020, -32022])
const maxMessageCharacters = 2000
/** What is more beside a message is left out. */
const maxDataBytes = 16 * 1024

export function exchangeFailureOf(name: string, error: unknown, outputBytes: number): ExchangeFailure {
  if (error instanceof HearthError) return { type: 'answered', error }
  if (error instanceof ProtocolError) return protocolFailure(name, error, outputBytes)
  if (error instanceof BodyTooLarge) return { type: 'answered', error: tooLarge(name, outputBytes, error) }
  if (error instanceof UnauthorizedError || isStatus(error, 401))
    return { type: 'unauthorized', error: signIn(name, error) }
  if (error instanceof EgressError) return lost(name, error)
  // A legacy session that the server forgot: 404 (specification 2025-11-25, basic/transports).
  if (isStatus(error, 404)) return { type: 'unseen', error: wentAway(name, error) }
  if (error instanceof SdkHttpError) return { type: 'answered', error: broken(name, error) }
  if (error instanceof SdkError) return sdkFailure(name, error)
  return lost(name, error)
}

const isStatus = (error: unknown, status: number): boolean => error instanceof SdkHttpError && error.status === status

function protocolFailure(name: string, error: ProtocolError, outputBytes: number): ExchangeFailure {
  if (error.data === streamLost) return lost(name, error)
  if (error.data === answerTooLarge) return { type: 'answered', error: tooLarge(name, outputBytes, error) }
  if (ofTheHop.has(error.code)) return { type: 'wrong_era', error: broken(name, error) }
  // Only a client that spoke to it directly could do what it asks for, and its address would be shown as it is.
  if (error.code === ProtocolErrorCode.UrlElicitationRequired)
    return { type: 'answered', error: wantsPage(name, error) }
  return { type: 'answered', error: passedOn(error) }
}

/** -32002 is of revisions up to 2025-11-25 only, and must not be said any more; -32602 is understood in all of them. */
function passedOn({ code, message, data }: ProtocolError): ProtocolError {
  const known = code === ProtocolErrorCode.ResourceNotFound ? ProtocolErrorCode.InvalidParams : code
  const kept = exceedsBytes(data, maxDataBytes) ? undefined : data
  return new ProtocolError(known, oneLine(message, maxMessageCharacters), kept)
}

function sdkFailure(name: string, error: SdkError): ExchangeFailure {
  switch (error.code) {
    case SdkErrorCode.NotConnected:
      return { type: 'unseen', error: wentAway(name, error) }
    case SdkErrorCode.ConnectionClosed:
    case SdkErrorCode.SendFailed:
      return lost(name, error)
    case SdkErrorCode.RequestTimeout:
      return { type: 'late' }
    default:
      return { type: 'answered', error: broken(name, error) }
  }
}

const lost = (name: string, cause: unknown): ExchangeFailure => ({ type: 'lost', error: wentAway(name, cause) })

export const wentAway = (name: string, cause?: unknown): HearthError =>
  new HearthError('tool_unavailable', `The MCP server ${name} went away before it answered; try again.`, { cause })

const broken = (name: string, cause: unknown): HearthError =>
  new HearthError('tool_failed', `The MCP server ${name} answered in a way that MCP does not allow; look at its log.`, {
    cause,
  })

const wantsPage = (name: string, cause: unknown): HearthError =>
  new HearthError(
    'tool_failed',
    `The MCP server ${name} wants a web page opened first, in a way that is not passed on; see to it with the server itself.`,
    { cause },
  )

const signIn = (name: string, cause: unknown): HearthError =>
  new HearthError(
    'tool_unavailable',
    `The MCP server ${name} wants a sign-in or another token; see to it in its settings.`,
    {
      retryable: false,
      cause,
    },
  )

export const tooLarge = (name: string, outputBytes: number, cause?: unknown): HearthError =>
  new HearthError(
    'caller_too_large',
    `The answer of the MCP server ${name} is over ${Math.round(outputBytes / 1024)} KiB; ask for less, or raise limits.output_kb of the server.`,
    cause === undefined ? {} : { cause },
  )
