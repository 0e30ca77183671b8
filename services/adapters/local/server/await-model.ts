import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { APIError } from 'openai'
import type { GenerateEvent } from '../../../common/contracts/generate-event.ts'
import { parseUntrusted } from '../../../common/parse-untrusted.ts'
import type { AttemptTimers } from '../../attempt-timers.ts'
import type { HttpTransport } from '../../http-transport.ts'
import { readBody } from '../../read-body.ts'
import type { ServerConnection } from './connection.ts'
import { flavors, type ModelState } from './flavors.ts'
import { nativeUrl, openaiUrl } from './server-url.ts'
import { loadingError } from './wire-schema.ts'

/** One request to a server that may have to load its model first. */
export interface Opening {
  readonly connection: ServerConnection
  readonly model: string
  readonly transport: HttpTransport
  readonly timers: AttemptTimers
  /** Sends the request; the body of its good answer. Called again only after a refusal because the model was loading. */
  readonly open: () => Promise<Readable>
  /** Aborts `timers.signal`: the reader is gone while the request is under way. */
  readonly leave: () => void
}

/** An answer that takes longer may be waiting for its model. */
const askAfterMs = 100
const pollEveryMs = 500
const stateLimitBytes = 4 * 1024 * 1024

/**
 * The body of the answer; tells of `loading_model` on the way, once. A server that says so is alive: it is given the
 * first-token time, not the headers time, counted from when it said so (Ollama, LM Studio, a llama.cpp of several models),
 * or from when it is done (llama.cpp, which refuses requests meanwhile).
 * @throws what `open` throws.
 */
export async function* openWhenLoaded(opening: Opening): AsyncGenerator<readonly GenerateEvent[], Readable> {
  const { timers } = opening
  let body = startOpening(opening)
  let isAnnounced = await isModelMissing(body, opening)
  if (isAnnounced) {
    timers.onProgress()
    yield* announceLoading(opening)
  }
  while (true) {
    const { refusal, stream } = await body
    if (stream !== undefined) return stream
    if (!isLoadingRefusal(refusal, opening)) throw refusal
    timers.onHeaders()
    if (!isAnnounced) yield* announceLoading(opening)
    isAnnounced = true
    if (await untilLoaded(opening)) timers.onProgress()
    body = startOpening(opening)
  }
}

type Opened =
  | { readonly stream: Readable; readonly refusal?: undefined }
  | { readonly stream?: undefined; readonly refusal: unknown }

/** Settled either way, so that nobody has to watch it while others are asked. */
const startOpening = ({ open }: Opening): Promise<Opened> =>
  open().then(
    (stream) => ({ stream }),
    (refusal: unknown) => ({ refusal }),
  )

async function* announceLoading({ timers, leave }: Opening): AsyncGenerator<readonly GenerateEvent[], void> {
  let isRead = false
  timers.pause()
  try {
    yield [{ type: 'phase', phase: 'loading_model' }]
    isRead = true
  } finally {
    if (!isRead) leave()
  }
  timers.resume()
}

/** Asks a server that is slow to answer whether it loads. An answer of any content ends the headers timer: it is alive. */
async function isModelMissing(body: Promise<Opened>, opening: Opening): Promise<boolean> {
  if (flavors[opening.connection.flavor].residents === undefined) return false
  const settled = new AbortController()
  const isOpen = body.then(() => true)
  try {
    const isSlow = sleep(askAfterMs, false, { signal: settled.signal }).catch(() => true)
    if (await Promise.race([isOpen, isSlow])) return false
    const state = await Promise.race([isOpen, modelState(opening, settled.signal)])
    if (state === true || state === 'unknown') return false
    opening.timers.onHeaders()
    return state === 'loading'
  } finally {
    settled.abort()
  }
}

/** `unknown` also when it cannot be asked: the request itself will tell. */
async function modelState({ connection, model, transport }: Opening, signal: AbortSignal): Promise<ModelState> {
  const { residents } = flavors[connection.flavor]
  if (residents === undefined) return 'unknown'
  const url = (residents.isNative ? nativeUrl : openaiUrl)(connection.base_url, residents.path)
  try {
    const response = await transport.fetch(url, { method: 'GET', headers: keyHeaders(connection), signal })
    const body = transport.takeBody(response)
    if (body === undefined) return 'unknown'
    return residents.stateOf(JSON.parse(await readBody(body, { limitBytes: stateLimitBytes, signal })), model)
  } catch {
    return 'unknown'
  }
}

export const keyHeaders = ({ api_key }: ServerConnection): Record<string, string> =>
  api_key === undefined ? {} : { authorization: `Bearer ${api_key}` }

const isLoadingRefusal = (refusal: unknown, { connection }: Opening): boolean =>
  connection.flavor === 'llamacpp' &&
  refusal instanceof APIError &&
  refusal.status === 503 &&
  parseUntrusted(loadingError, refusal.error).success

/**
 * `GET /health` is 503 as long as llama.cpp loads; false when it never was: then nothing shows that it got on. Source: tools/server/README.md, read 2026-11-22.
 */
async function untilLoaded({ connection, transport, timers: { signal } }: Opening): Promise<boolean> {
  const url = nativeUrl(connection.base_url, 'health')
  let sawLoading = false
  while (true) {
    await sleep(pollEveryMs, undefined, { signal })
    const response = await transport.fetch(url, { method: 'GET', headers: keyHeaders(connection), signal })
    const body = transport.takeBody(response)
    if (body !== undefined) transport.release(body)
    if (response.status !== 503) return sawLoading && response.status === 200
    sawLoading = true
  }
}
