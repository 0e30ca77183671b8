import { type CallOptions, ClientError, type Metadata, Status } from 'nice-grpc'
import type { DeadlineOptions } from 'nice-grpc-client-middleware-deadline'
import type { ErrorCode } from '../errors/error-table.ts'
import { HearthError } from '../errors/hearth-error.ts'
import { messageMiB } from './channel-options.ts'
import { withClusterToken } from './cluster-token.ts'
import { readErrorTrailer } from './error-trailer.ts'

/** Which peer is called, and what losing it means to the caller. */
export interface Peer {
  /** For messages: `router`. */
  readonly name: string
  readonly clusterToken: string
  readonly lostCode: ErrorCode
}

/** One call: its options, and the translation of whatever it throws. */
export interface PeerCall {
  readonly options: CallOptions & DeadlineOptions
  readonly translate: (thrown: unknown) => HearthError
}

/** `signal` is the caller's own: its abort is `caller_cancelled`, an end that the peer chose is not. */
export function newPeerCall(peer: Peer, signal: AbortSignal, deadlineMs: number): PeerCall {
  let trailer: Metadata | undefined
  const onTrailer = (received: Metadata) => {
    trailer = received
  }
  return {
    options: { signal, deadline: deadlineMs, metadata: withClusterToken(peer.clusterToken), onTrailer },
    translate: (thrown) => {
      if (signal.aborted) return new HearthError('caller_cancelled', 'The request was cancelled.', { cause: thrown })
      if (thrown instanceof HearthError) return thrown
      return readErrorTrailer(trailer) ?? explain(peer, thrown)
    },
  }
}

/** True when the call ended by its own deadline. */
export const isDeadline = (thrown: unknown): boolean =>
  thrown instanceof ClientError && thrown.code === Status.DEADLINE_EXCEEDED

const isAbortError = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'AbortError'

/** A failure of the connection itself: the peer had no say in it. */
function explain({ name, lostCode }: Peer, cause: unknown): HearthError {
  if (!(cause instanceof ClientError || isAbortError(cause))) {
    return new HearthError('gateway_internal', `The call of the ${name} failed; the log has the details.`, { cause })
  }
  const code = cause instanceof ClientError ? cause.code : Status.CANCELLED
  switch (code) {
    case Status.UNAUTHENTICATED:
      return new HearthError(
        'gateway_config_unavailable',
        `The ${name} does not accept our cluster token; set the same HEARTH_CLUSTER_TOKEN in every process.`,
        { cause, retryable: false },
      )
    case Status.RESOURCE_EXHAUSTED:
      return new HearthError(
        'caller_too_large',
        `The request, or its answer, is over ${messageMiB} MiB; send less at once, such as fewer or smaller pictures.`,
        { cause },
      )
    case Status.UNIMPLEMENTED:
      return new HearthError('gateway_internal', `The ${name} is of another version or role; check endpoints.*.`, {
        cause,
      })
    default:
      return new HearthError(lostCode, `The connection to the ${name} failed; try again in a moment.`, { cause })
  }
}
