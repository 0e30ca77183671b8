/** Times and sizes of the OpenAI-compatible routes that are no setting: milliseconds and bytes. Tests shorten them. */
export interface ApiLimits {
  /** For the check of a token. */
  readonly authenticateMs: number
  /** JSON levels of a body. */
  readonly jsonDepth: number
  /** Values of a JSON body: what it may cost to build. */
  readonly jsonValues: number
  /** A comment is sent after this much silence, so that proxies and clients see a live connection. */
  readonly keepAliveMs: number
  /** Text waiting for a client above which its run is no longer read. */
  readonly softQueueBytes: number
  /** Bytes handed to the socket before it must have taken them. */
  readonly socketWindowBytes: number
  /** A client for which more than `softQueueBytes` wait and that takes nothing for this long is cut. */
  readonly stallMs: number
  /** The same for what waits at the end of an answer, however little it is. */
  readonly lingerMs: number
  /** How often streams look at their times. */
  readonly tickMs: number
  /** Largest answer that is collected; a longer one must be streamed. */
  readonly answerBytes: number
  /** A credential that a new snapshot lacks is believed gone after this; an older snapshot may have been on its way. */
  readonly suspectMs: number
  /** How long answers may go on while the server stops. */
  readonly drainMs: number
}

export const apiLimits: ApiLimits = {
  authenticateMs: 5000,
  jsonDepth: 32,
  jsonValues: 100_000,
  keepAliveMs: 12_000,
  softQueueBytes: 262_144,
  socketWindowBytes: 65_536,
  stallMs: 10_000,
  lingerMs: 60_000,
  tickMs: 1000,
  answerBytes: 67_108_864,
  suspectMs: 500,
  drainMs: 5000,
}
