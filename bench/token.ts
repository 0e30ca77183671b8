/**
 * A token of the bench: `~`, its place in the answer (5 digits), when it was sent (9 digits: microseconds of the
 * monotonic clock, modulo 1000 s), a space. No JSON escapes it, so it is found in the bytes of any wire, alone or
 * joined with others.
 */
export const tokenBytes = 16

const marker = 0x7e
const zero = 0x30
const indexDigits = 5
const timeDigits = 9
const timeRangeUs = 10 ** timeDigits

/** How many tokens one answer can have. */
export const maxTokens = 10 ** indexDigits - 1

/** Writes the token of place `index` that leaves at `sentUs`. */
export function writeToken(target: Buffer, offset: number, index: number, sentUs: number): void {
  target[offset] = marker
  writeDigits(target, offset + 1, indexDigits, index)
  writeDigits(target, offset + 1 + indexDigits, timeDigits, Math.floor(sentUs) % timeRangeUs)
  target[offset + tokenBytes - 1] = 0x20
}

function writeDigits(target: Buffer, offset: number, count: number, value: number): void {
  let rest = value
  for (let place = offset + count - 1; place >= offset; place -= 1) {
    const next = Math.floor(rest / 10)
    target[place] = zero + rest - next * 10
    rest = next
  }
}

/** Microseconds between sending and arrival; both clocks are `createClock`. */
export function delayUs(sentUs: number, arrivedUs: number): number {
  const delay = (arrivedUs % timeRangeUs) - sentUs
  // The microsecond is cut off when a token is written, and the range wraps.
  return delay < -timeRangeUs / 2 ? delay + timeRangeUs : delay
}

export interface TokenReader {
  /** Calls back for each whole token, with its place and when it was sent. @throws Error for a token that is cut apart. */
  read(bytes: Buffer): void
}

/** Finds the tokens in the bytes of one answer, however they are cut into reads. */
export function createTokenReader(onToken: (index: number, sentUs: number) => void): TokenReader {
  let carry: Buffer | undefined
  return {
    read(read) {
      const bytes = carry === undefined ? read : Buffer.concat([carry, read])
      carry = undefined
      for (let at = bytes.indexOf(marker); at !== -1; at = bytes.indexOf(marker, at + tokenBytes - 1)) {
        if (at + tokenBytes > bytes.length) {
          carry = bytes.subarray(at)
          return
        }
        onToken(readDigits(bytes, at + 1, indexDigits), readDigits(bytes, at + 1 + indexDigits, timeDigits))
      }
    },
  }
}

function readDigits(bytes: Buffer, offset: number, count: number): number {
  let value = 0
  for (let place = offset; place < offset + count; place += 1) {
    const digit = (bytes[place] ?? 0) - zero
    if (digit < 0 || digit > 9) throw new Error('A token was cut apart on its way.')
    value = value * 10 + digit
  }
  return value
}

/** What an answer is to be: this text in the prompt tells the upstream. */
export interface AnswerShape {
  readonly tokens: number
  /** Tokens per second; 0: as fast as the reader takes them. */
  readonly perSecond: number
}

export const promptOf = ({ tokens, perSecond }: AnswerShape): string => `tokens=${tokens} per_second=${perSecond}`

/** The shape that a request's body asks for, wherever the prompt stands in it. */
export function shapeOf(body: string): AnswerShape {
  const [, tokens = '16', perSecond = '0'] = /tokens=(\d{1,5}) per_second=(\d{1,6})/.exec(body) ?? []
  return { tokens: Number(tokens), perSecond: Number(perSecond) }
}
