import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Frame, TestClient } from '../support/client.ts'
import type { HouseAddress } from './fault-house.ts'

/** What a caller saw of one run. */
export interface Seen {
  /** Status of the HTTP answer; of a WebSocket run none. */
  readonly http?: number
  readonly code: string
  readonly isRetryable?: boolean
  readonly retryAfterMs?: number
  /** Text shown. */
  readonly text: string
  /** Text of the answer in history; undefined where it was not looked for. */
  readonly history?: string
  readonly elapsedMs: number
  /** Everything that was received of the end, to look for what must not be in it. */
  readonly raw: string
}

/** One run by WebSocket. `lane` must be new to the client. */
export async function askBySocket(
  client: TestClient,
  house: HouseAddress,
  { profile, lane = profile }: { readonly profile: string; readonly lane?: string },
): Promise<Seen> {
  const startedAt = performance.now()
  const created = await client.ask({ stream_id: lane, profile, input: 'hello' })
  const id = created.response_id ?? ''
  const end = await client.terminal({ response_id: id }, 60_000)
  const elapsedMs = performance.now() - startedAt
  return {
    code: end.error?.code ?? 'none',
    ...(end.error === undefined ? {} : retryOf(end.error)),
    text: client.textOf(id),
    history: await lastAnswer(house, String(created['conversation'])),
    elapsedMs,
    raw: JSON.stringify(
      client
        .frames()
        .filter(({ response_id }) => response_id === id)
        .map(withoutDeltas),
    ),
  }
}

const withoutDeltas = (frame: Frame): object => (frame.delta === undefined ? frame : { type: frame.type })

function retryOf(error: NonNullable<Frame['error']>): Pick<Seen, 'isRetryable' | 'retryAfterMs'> {
  const { retryable, retry_after_ms: retryAfterMs } = error
  return { isRetryable: retryable === true, ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}) }
}

interface StoredMessage {
  readonly role: string
  readonly parts: readonly { readonly type: string; readonly text?: string }[]
}

async function lastAnswer(house: HouseAddress, conversation: string): Promise<string> {
  const { body } = await exchange(house, `/api/v1/conversations/${conversation}/messages`)
  const { data }: { readonly data: readonly StoredMessage[] } = JSON.parse(body)
  const answer = data.findLast(({ role }) => role === 'assistant')
  return (answer?.parts ?? []).map((part) => part.text ?? '').join('')
}

/** One run by `POST /v1/chat/completions`, whole or as a stream. */
export async function askByHttp(house: HouseAddress, profile: string, stream: boolean): Promise<Seen> {
  const startedAt = performance.now()
  const asked = { model: profile, stream, messages: [{ role: 'user', content: 'hello' }] }
  const { status, headers, body } = await exchange(house, '/v1/chat/completions', asked)
  const seen = status === 200 && stream ? readStream(body) : readWhole(body)
  const retryAfter = headers['retry-after']
  return {
    http: status,
    ...seen,
    ...(retryAfter === undefined ? {} : { retryAfterMs: Number(retryAfter) * 1000 }),
    elapsedMs: performance.now() - startedAt,
    raw: seen.code === 'none' ? '' : body,
  }
}

/** Over a connection of its own, which ends with it, so that whatever stays open is the house's. */
async function exchange({ url, token }: HouseAddress, path: string, json?: object) {
  const request = http.request(`${url}${path}`, {
    method: json === undefined ? 'GET' : 'POST',
    agent: false,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(60_000),
  })
  request.end(json === undefined ? undefined : JSON.stringify(json))
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }
}

interface ChatBody {
  readonly error?: { readonly code: string }
  readonly choices?: readonly {
    readonly message?: { readonly content: string }
    readonly delta?: { readonly content?: string }
  }[]
}

function readWhole(body: string): Pick<Seen, 'code' | 'text'> {
  const { error, choices }: ChatBody = JSON.parse(body)
  return { code: error?.code ?? 'none', text: choices?.[0]?.message?.content ?? '' }
}

/** `unended`: neither an error nor `[DONE]`; `both`: an error and `[DONE]`. */
function readStream(body: string): Pick<Seen, 'code' | 'text'> {
  const events = body
    .split('\n\n')
    .flatMap((event) => (event.startsWith('data: ') ? [event.slice('data: '.length)] : []))
  const isDone = events.at(-1) === '[DONE]'
  const chunks: readonly ChatBody[] = events.filter((event) => event !== '[DONE]').map((event) => JSON.parse(event))
  const text = chunks.map(({ choices }) => choices?.[0]?.delta?.content ?? '').join('')
  const code = chunks.at(-1)?.error?.code
  if (code === undefined) return { code: isDone ? 'none' : 'unended', text }
  return { code: isDone ? 'both' : code, text }
}

/** Work on all of `items`, at most `parallel` at a time. */
export async function forAll<Item>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values()
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
}

/** Resolves with true as soon as `holds`, with false when it does not within `timeoutMs`. */
export async function eventually(holds: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (!holds() && performance.now() < deadline) await sleep(10)
  return holds()
}
