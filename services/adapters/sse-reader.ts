import { HearthError } from '../common/errors/hearth-error.ts'
import type { FrameDecoder } from './frame-decoder.ts'

/** One event of a text/event-stream. */
export interface SseEvent {
  /** `message` unless the stream names another. */
  readonly type: string
  readonly data: string
}

/** Longest line, and longest event, in characters. */
export const sseLimitChars = 16 * 1024 * 1024

/**
 * Parses text/event-stream as its text arrives, cut anywhere. Work is linear in the text: a line that is not complete is
 * kept, never scanned again. Source: WHATWG HTML, 9.2.6 "Interpreting an event stream", read 2026-11-22.
 */
export class SseParser {
  #unfinished = ''
  #skipLineFeed = false
  #type = ''
  #data = ''
  #hasData = false
  #isTooLong = false
  #completed: SseEvent[] = []

  /** True once a line or an event went over `sseLimitChars`; what follows is not parsed. */
  get isTooLong(): boolean {
    return this.#isTooLong
  }

  /** Events that this piece completed, in order. */
  push(piece: string): readonly SseEvent[] {
    const text = this.#withLineFeeds(piece)
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#line(this.#finish(text.slice(start, end)))
      start = end + 1
    }
    if (start < text.length) this.#keep(text.slice(start))
    const completed = this.#completed
    this.#completed = []
    return completed
  }

  /** CR LF and CR become LF, also when a cut falls between CR and LF. */
  #withLineFeeds(piece: string): string {
    const text = this.#skipLineFeed && piece.startsWith('\n') ? piece.slice(1) : piece
    if (piece !== '') this.#skipLineFeed = piece.endsWith('\r')
    return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  }

  #keep(text: string): void {
    if (this.#unfinished.length + text.length > sseLimitChars) this.#giveUp()
    else this.#unfinished += text
  }

  #finish(rest: string): string {
    if (this.#unfinished === '') return rest
    const line = this.#unfinished + rest
    this.#unfinished = ''
    return line
  }

  #line(line: string): void {
    if (this.#isTooLong) return
    if (line === '') this.#dispatch()
    else if (line.length > sseLimitChars) this.#giveUp()
    else this.#field(line)
  }

  #field(line: string): void {
    if (line.startsWith('data: ')) {
      this.#append(line.slice(6))
      return
    }
    const colon = line.indexOf(':')
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1)
    if (name === 'data') this.#append(value)
    else if (name === 'event') this.#type = value
  }

  #append(value: string): void {
    if (this.#data.length + value.length >= sseLimitChars) this.#giveUp()
    else this.#data = this.#hasData ? `${this.#data}\n${value}` : value
    this.#hasData = true
  }

  #dispatch(): void {
    if (this.#hasData) this.#completed.push({ type: this.#type || 'message', data: this.#data })
    this.#reset()
  }

  #reset(): void {
    this.#type = ''
    this.#data = ''
    this.#hasData = false
  }

  #giveUp(): void {
    this.#isTooLong = true
    this.#unfinished = ''
    this.#reset()
  }
}

/**
 * Server-sent events out of bytes. A comment or a part of a line completes none. Invalid UTF-8 becomes U+FFFD. An event that
 * the end cuts off is dropped. A line or event over `sseLimitChars` is `provider_stream_error`.
 */
export function createSseDecoder(): FrameDecoder<SseEvent> {
  const decoder = new TextDecoder('utf-8')
  const parser = new SseParser()
  return {
    push: (chunk) => parser.push(decoder.decode(chunk, { stream: true })),
    get failure() {
      return parser.isTooLong ? tooLong() : undefined
    },
    end: () => [],
  }
}

const tooLong = () =>
  new HearthError(
    'provider_stream_error',
    `The vendor sent an event of more than ${sseLimitChars} characters; check what base_url points to.`,
  )
