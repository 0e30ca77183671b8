import http from 'node:http'
import { text } from 'node:stream/consumers'
import { createEventReader, type StreamEvent } from './event-reader.ts'

export interface Exchange {
  readonly url: URL
  readonly agent: http.Agent
  readonly headers: Readonly<Record<string, string>>
  /** JSON; undefined: a GET. */
  readonly body?: string
}

/** Sends a request; resolves when the headers of the answer are there. @throws Error for a status that is no success. */
async function send({ url, agent, headers, body }: Exchange): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  const request = http.request(url, { method: body === undefined ? 'GET' : 'POST', agent, headers }, resolve)
  request.once('error', reject).end(body)
  const answer = await promise
  const { statusCode = 0 } = answer
  if (statusCode < 200 || statusCode >= 300)
    throw new Error(`HTTP ${statusCode} of ${url.pathname}: ${(await text(answer)).slice(0, 200)}`)
  return answer
}

export interface Answered {
  readonly headers: http.IncomingHttpHeaders
  /** The body whole, JSON or a stream of events. */
  readonly text: string
}

export async function exchange(request: Exchange): Promise<Answered> {
  const answer = await send(request)
  return { headers: answer.headers, text: await text(answer) }
}

/** An answer that stays open. */
export interface OpenStream {
  close(): void
}

export async function openStream(
  request: Exchange,
  onEvent: (event: StreamEvent) => void,
  onEnd: () => void,
): Promise<OpenStream> {
  const answer = await send(request)
  answer.setEncoding('utf8').on('data', createEventReader(onEvent))
  answer.once('error', () => undefined).once('close', onEnd)
  return { close: () => answer.destroy() }
}
