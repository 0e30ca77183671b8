import type { PinnedWire, WireAnswer } from './pinned-wire.ts'
import { type ReadOptions, type ReadState, toResponse } from './to-response.ts'

/** An answer that is there already: its body is `head`, and then what is not read yet. */
export interface GivenAnswer {
  readonly answer: WireAnswer
  readonly head: NonNullable<ReadOptions['head']>
}

/** What is to be fetched, or was, and what became known of it. */
export interface Reading extends ReadState {
  given: GivenAnswer | undefined
}

export interface PinnedFetchOptions {
  /** Of a body, or of one event of an event stream. */
  readonly maxMessageBytes: number
  readonly onListsChanged?: () => void
  /** Of the request that is made in this moment. */
  readonly reading?: () => Reading | undefined
}

/** As `fetch`, without redirects, compression and cookies; bodies are text. */
export type PinnedFetch = (url: string | URL, init?: RequestInit) => Promise<Response>

/** `fetch` over a wire, reading no more than it may. An answer that is given is taken once, and nothing is sent. */
export const createPinnedFetch =
  (wire: PinnedWire, { maxMessageBytes, onListsChanged, reading }: PinnedFetchOptions): PinnedFetch =>
  async (input, init = {}) => {
    const state = reading?.()
    const given = state?.given
    if (state !== undefined) state.given = undefined
    if (given !== undefined)
      return toResponse(given.answer, { maxMessageBytes, state, onListsChanged, head: given.head })
    const answer = await wire.send(new URL(input), {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      body: bodyText(init.body),
      signal: init.signal ?? undefined,
    })
    return toResponse(answer, { maxMessageBytes, state, onListsChanged })
  }

function bodyText(body: RequestInit['body']): string | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString()
  throw new TypeError('a request to an upstream has a text as its body')
}
