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
  /** Bytes of announced uploads; beyond it their frames count as frames. */
  readonly uploadRate: Rate
  /** A frame of an upload with less than this counts as a frame, unless it is the last one. */
  readonly uploadFrameBytes: number
  /** Frames that are no JSON objects, in one session. */
  readonly garbageFrames: number
  /** One upload. */
  readonly uploadBytes: number
  /** Uploads kept for one connection, whole or on their way, and what they have together; used ones give way. */
  readonly uploads: number
  readonly uploadsBytes: number
  /** What all connections together hold of uploads. */
  readonly uploadsTotalBytes: number
  /** How long a session can be resumed after its socket closed, and how many such sessions are remembered. */
  readonly resumeMs: number
  readonly resumableSessions: number
  /** Attaches of one connection that the router has not answered. */
  readonly pendingAttaches: number
  /** Runs named in `live` of session.created, the newest ones. */
  readonly liveRuns: number
  /** How long session.created waits for them. */
  readonly liveRunsMs: number
  /** Open sessions of a principal up to which each is told of changed conversations. */
  readonly newsForAll: number
  /** Beyond that: how many of those that asked for it, the newest ones. */
  readonly newsListeners: number
  /** Conversations whose news wait for one slow socket; beyond it the oldest are dropped. */
  readonly waitingNews: number
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
  uploadRate: { burst: 67_108_864, perSecond: 16_777_216 },
  uploadFrameBytes: 4096,
  garbageFrames: 3,
  uploadBytes: 20_971_520,
  uploads: 8,
  uploadsBytes: 41_943_040,
  uploadsTotalBytes: 268_435_456,
  resumeMs: 120_000,
  resumableSessions: 10_000,
  pendingAttaches: 64,
  liveRuns: 256,
  liveRunsMs: 2000,
  newsForAll: 16,
  newsListeners: 64,
  waitingNews: 256,
}
