import type { Rate } from './frames/token-bucket.ts'

/** Times and sizes of the WebSocket that are no setting: milliseconds and bytes. Tests shorten them. */
export interface GatewayLimits {
  /** Until session.hello is accepted; also bounds the check of a token at the handshake. */
  readonly helloMs: number
  readonly pingMs: number
  /** Unanswered pings that end a connection. */
  readonly pingMisses: number
  /** Text waiting for a socket above which its runs are no longer read. */
  readonly softQueueBytes: number
  /** The same where deltas may be joined: what is read later can be. */
  readonly mergeQueueBytes: number
  /** Text waiting for a socket above which it is cut. */
  readonly hardQueueBytes: number
  /** Bytes handed to the socket before it must have taken some. */
  readonly socketWindowBytes: number
  /** Without progress while something waits: cut. */
  readonly stallMs: number
  /** From the close frame to the end of the socket. */
  readonly terminateMs: number
  /** After the token of a session ended. */
  readonly refreshGraceMs: number
  /** How long runs may go on while the server stops. */
  readonly drainMs: number
  /** How often times are looked at. */
  readonly sweepMs: number
  /** A credential that a new snapshot lacks is believed gone after this; an older snapshot may have been on its way. */
  readonly suspectMs: number
  /** Frames of one connection. */
  readonly inbound: Rate
  /** Frames beyond `inbound`; beyond both the connection ends. */
  readonly overrun: Rate
  /** Frames that are no JSON objects, in one session. */
  readonly garbageFrames: number
}

/** protocol.md §1, with measured values for the rates: 50 sockets × 16 lanes of one token start without a refusal. */
export const gatewayLimits: GatewayLimits = {
  helloMs: 5000,
  pingMs: 20_000,
  pingMisses: 2,
  softQueueBytes: 262_144,
  mergeQueueBytes: 32_768,
  hardQueueBytes: 1_048_576,
  socketWindowBytes: 65_536,
  stallMs: 10_000,
  terminateMs: 1000,
  refreshGraceMs: 25_000,
  drainMs: 5000,
  sweepMs: 100,
  suspectMs: 500,
  inbound: { burst: 1000, perSecond: 200 },
  overrun: { burst: 500, perSecond: 20 },
  garbageFrames: 3,
}
