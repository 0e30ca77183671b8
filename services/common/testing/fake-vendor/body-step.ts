/** A piece of a response body: bytes to write, or what happens to the socket instead. */
export type BodyStep = string | Uint8Array | Trouble

/** `comments` goes on for ever with bytes that carry nothing. */
export type Trouble = { readonly do: 'stall' | 'reset' } | { readonly do: 'comments'; readonly text: string }

/**
 * A piece of a vendor's undisturbed answer. `part` says what it brings, so that a fault finds its place on every wire:
 * `frame` nothing for the reader (a role, a block that opens), `token` a word of the answer, `content` anything else he
 * sees (reasoning, a call, a rough picture), `finish` that the answer is whole, `usage` its count, `end` the terminator.
 */
export interface Piece {
  readonly part: 'frame' | 'token' | 'content' | 'finish' | 'usage' | 'end'
  readonly body: string
}

/** A vendor's wire, as far as faults need it. */
export interface Wire {
  /** The undisturbed answer, in order. */
  readonly pieces: Iterable<Piece>
  /** An error in the middle of the stream, in the vendor's shape. */
  readonly error: string
  /** The same in another shape that servers of this wire send. */
  readonly otherError: string
  /** What ends a body in which no answer was. */
  readonly emptyEnd: string
  /** A frame whose JSON is cut. */
  readonly malformed: string
  /** How a line of data begins. */
  readonly linePrefix: string
  /** Bytes that carry nothing. */
  readonly comment: string
}

/** A server-sent event; without a name the event is `message`. */
export const sse = (data: unknown, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`

/** What no client may ever see of a vendor's error. */
export const secretText = 'secret vendor text'
