/** Why a WebSocket ends (protocol.md §1). `reconnect`: a client comes back by itself, with backoff and jitter. */
export const closeCodes = {
  draining: { code: 1001, reconnect: true, meaning: 'The server is stopping' },
  tooBig: { code: 1009, reconnect: false, meaning: 'A frame is over its limit' },
  restart: { code: 1012, reconnect: true, meaning: 'The server restarts' },
  overloaded: { code: 1013, reconnect: true, meaning: 'The server or the session is overloaded' },
  badFrame: { code: 4400, reconnect: false, meaning: 'Frames that are no messages, or another frame before hello' },
  unauthenticated: { code: 4401, reconnect: false, meaning: 'No valid token, or the session ended' },
  forbidden: { code: 4403, reconnect: false, meaning: 'The token lacks the right' },
  slowConsumer: { code: 4408, reconnect: true, meaning: 'The client reads too slowly; its runs go on' },
  takenOver: { code: 4409, reconnect: false, meaning: 'The session was resumed elsewhere' },
  version: { code: 4426, reconnect: false, meaning: 'The protocol version is no longer served' },
  tooManyConnections: { code: 4429, reconnect: false, meaning: 'The token holds too many connections' },
  internal: { code: 4500, reconnect: true, meaning: 'A defect of Hearth' },
} as const
