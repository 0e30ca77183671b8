import type { Clock } from './clock.ts'
import { HearthFailure, notUnderstood, offline, toldFailure } from './hearth-failure.ts'

export interface HouseCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** After the address, such as `/api/v1/conversations`. */
  readonly path: string
  readonly token?: string
  readonly body?: object
  /** Revision the object must be at. */
  readonly ifRevision?: number
  /** ETag of what is known; only `state` understands the answer that it still is so. */
  readonly knownTag?: string
  readonly signal?: AbortSignal
  /** Until the headers of the answer; default 15 s. */
  readonly timeoutMs?: number
}

export interface HouseHttpDeps {
  /** `http(s)://host:port`, without a slash at its end. */
  readonly url: string
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
}

/** An object as it is now, with its ETag, or that it is as `knownTag` says. */
export type HouseState =
  | { readonly type: 'unchanged' }
  | { readonly type: 'read'; readonly body: unknown; readonly tag: string | undefined }

/** One HTTP call to the house. */
export class HouseHttp {
  readonly #deps: HouseHttpDeps

  constructor(deps: HouseHttpDeps) {
    this.#deps = deps
  }

  /** The body of the answer, parsed; undefined for none. @throws HearthFailure; the reason of `call.signal`. */
  json(call: HouseCall): Promise<unknown> {
    return this.#call(call, (response) => (response.status === 204 ? Promise.resolve(undefined) : parsedBody(response)))
  }

  /** @throws as `json`. */
  state(call: HouseCall): Promise<HouseState> {
    return this.#call(call, async (response) =>
      response.status === 304
        ? { type: 'unchanged' }
        : { type: 'read', body: await parsedBody(response), tag: response.headers.get('etag') ?? undefined },
    )
  }

  /** @throws as `json`. */
  bytes(call: HouseCall): Promise<{ readonly mediaType: string; readonly bytes: ArrayBuffer }> {
    return this.#call(call, async (response) => ({
      mediaType: response.headers.get('content-type') ?? 'application/octet-stream',
      bytes: await response.arrayBuffer(),
    }))
  }

  /** The time is for the whole call: an answer whose body hangs is none. */
  async #call<Answer>(call: HouseCall, read: (response: Response) => Promise<Answer>): Promise<Answer> {
    const { fetch, clock, url } = this.#deps
    call.signal?.throwIfAborted()
    const ended = new AbortController()
    const giveUp = (): void => ended.abort()
    const stopTimer = clock.after(call.timeoutMs ?? 15_000, giveUp)
    call.signal?.addEventListener('abort', giveUp)
    try {
      const response = await fetch(url + call.path, { ...requestOf(call), signal: ended.signal })
      if (!response.ok && response.status !== 304) throw new HearthFailure(await refusalOf(response))
      return await read(response)
    } catch (error) {
      call.signal?.throwIfAborted()
      throw error instanceof HearthFailure ? error : new HearthFailure(offline())
    } finally {
      stopTimer()
      call.signal?.removeEventListener('abort', giveUp)
    }
  }
}

function requestOf({ method, token, body, ifRevision, knownTag }: HouseCall) {
  return {
    method,
    credentials: 'omit',
    // What is deleted when the page is left is sent after it.
    keepalive: method === 'DELETE',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifRevision === undefined ? {} : { 'if-match': `"${ifRevision}"` }),
      ...(knownTag === undefined ? {} : { 'if-none-match': knownTag }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  } as const
}

async function parsedBody(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    throw new HearthFailure(notUnderstood())
  }
}

/** An RFC 9457 problem document; what is none comes from something between us and the house. */
async function refusalOf(response: Response): Promise<ReturnType<typeof offline>> {
  const problem = await parsedBody(response).catch(() => undefined)
  if (!isProblem(problem)) return offline()
  const { code, detail, retryable, retry_after_ms } = problem
  return toldFailure(
    { code, message: detail, retryable, retry_after_ms },
    response.headers.get('x-request-id') ?? undefined,
  )
}

interface Problem {
  readonly code: string
  readonly detail: string
  readonly retryable: boolean
  readonly retry_after_ms?: number
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' &&
  value !== null &&
  'code' in value &&
  typeof value.code === 'string' &&
  'detail' in value &&
  typeof value.detail === 'string' &&
  'retryable' in value
