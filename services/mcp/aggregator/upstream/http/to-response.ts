import type { Readable } from 'node:stream'
import { MessageCap } from './message-cap.ts'
import { NewsSieve } from './news-sieve.ts'
import type { WireAnswer } from './pinned-wire.ts'

/** What becomes known of the answer to one request while it is read. */
export interface ReadState {
  isStream: boolean
  tooLarge: boolean
}

export interface ReadOptions {
  /** Of a body, or of one event of an event stream. */
  readonly maxMessageBytes: number
  /** For whoever wants to know. */
  readonly state?: ReadState | undefined
  /** Told instead of whoever reads the stream that a list has changed. */
  readonly onListsChanged?: (() => void) | undefined
  /** Of the body, read already. */
  readonly head?: readonly Bytes[]
}

type Bytes = Uint8Array<ArrayBuffer>

const bodyWindowBytes = 256 * 1024

export const mediaTypeOf = ({ headers }: WireAnswer): string => String(headers['content-type'] ?? '')

export const isEventStream = (answer: WireAnswer): boolean => mediaTypeOf(answer).startsWith('text/event-stream')

/** An answer as `fetch` gives it, read no further than it may be. */
export function toResponse(answer: WireAnswer, options: ReadOptions): Response {
  const { statusCode: status, statusText, headers, body } = answer
  if (status < 200 || status > 599) {
    body.destroy()
    throw new TypeError(`a status of ${status} is none of HTTP`)
  }
  const isBare = [204, 205, 304].includes(status)
  if (isBare) body.resume()
  return new Response(isBare ? null : bodyOf(answer, options), {
    status,
    // Only for people, and in any language; `Response` takes no other bytes.
    statusText: /^[ -~]*$/.test(statusText) ? statusText : '',
    headers: Object.entries(headers).flatMap(([name, values = []]) =>
      [values].flat().map((value): [string, string] => [name, value]),
    ),
  })
}

function bodyOf(
  answer: WireAnswer,
  { maxMessageBytes, state, head, onListsChanged }: ReadOptions,
): ReadableStream<Bytes> {
  const isStream = isEventStream(answer)
  const cap = new MessageCap(maxMessageBytes, isStream)
  const sieve = isStream && onListsChanged !== undefined ? new NewsSieve(onListsChanged) : undefined
  if (state !== undefined) state.isStream = isStream
  const passedOn = (chunk: Bytes): readonly Bytes[] => {
    try {
      const ends = cap.count(chunk)
      return sieve === undefined ? [chunk] : sieve.push(chunk, ends)
    } catch (error) {
      if (state !== undefined) state.tooLarge = true
      answer.body.destroy(error instanceof Error ? error : undefined)
      return []
    }
  }
  return streamOf(answer.body, passedOn, head ?? [])
}

function streamOf(
  body: Readable,
  passedOn: (chunk: Bytes) => readonly Bytes[],
  head: readonly Bytes[],
): ReadableStream<Bytes> {
  // A stream that its reader gave up throws at whoever closes it once more.
  let isWanted = true
  return new ReadableStream<Bytes>(
    {
      start(controller) {
        const take = (chunk: Bytes) => {
          if (!isWanted) return
          for (const bytes of passedOn(chunk)) controller.enqueue(bytes)
          if ((controller.desiredSize ?? 0) <= 0) body.pause()
        }
        const end = () => {
          if (isWanted) controller.close()
        }
        const fail = (error: unknown) => {
          if (isWanted) controller.error(error)
          isWanted = false
        }
        for (const chunk of head) take(chunk)
        if (body.readableEnded) return end()
        if (body.errored !== null) return fail(body.errored)
        body.on('data', take)
        body.once('end', end)
        body.on('error', fail)
      },
      pull: () => {
        body.resume()
      },
      cancel: () => {
        isWanted = false
        body.destroy()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bodyWindowBytes }),
  )
}
