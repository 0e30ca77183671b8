import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Without the credential: no code behind this sees a token of a client. */
const withheld = new Set(['authorization', 'cookie'])

/** The request as the SDK takes it; its body is handed over parsed, beside it. */
export function webRequestOf({ raw, url }: FastifyRequest, signal: AbortSignal): Request {
  const headers = Object.entries(raw.headers).flatMap(([name, value]): [string, string][] =>
    withheld.has(name) ? [] : [value ?? []].flat().map((item) => [name, item]),
  )
  return new Request(`http://${raw.headers.host ?? 'localhost'}${url}`, {
    method: raw.method ?? 'GET',
    headers,
    signal,
  })
}

/** Sends the whole response. A client that does not read is cut once more than `unsentBytes` wait for it. */
export async function sendResponse(
  reply: FastifyReply,
  response: Response,
  { signal, unsentBytes }: { readonly signal: AbortSignal; readonly unsentBytes: number },
): Promise<void> {
  const head = headOf(reply, response)
  reply.hijack()
  const { raw: res } = reply
  if (response.body === null || !isStream(response)) {
    const text = response.body === null ? '' : await response.text()
    res.writeHead(response.status, { ...head, 'content-length': Buffer.byteLength(text) })
    res.end(text)
    return
  }
  res.writeHead(response.status, head)
  res.flushHeaders()
  await pump(response.body, res, { signal, unsentBytes })
}

const headOf = (reply: FastifyReply, response: Response): OutgoingHttpHeaders => ({
  ...definedHeaders(reply),
  ...Object.fromEntries(response.headers),
})

/** What hooks have set already. */
export const definedHeaders = (reply: FastifyReply): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined))

const isStream = (response: Response): boolean =>
  response.headers.get('content-type')?.startsWith('text/event-stream') === true

async function pump(
  body: ReadableStream<Uint8Array>,
  res: ServerResponse,
  { signal, unsentBytes }: { readonly signal: AbortSignal; readonly unsentBytes: number },
): Promise<void> {
  const reader = body.getReader()
  const leave = (): void => {
    reader.cancel().catch(() => undefined)
  }
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (res.writableLength > unsentBytes) return void res.destroy()
      res.write(read.value)
    }
  } finally {
    signal.removeEventListener('abort', leave)
    res.end()
  }
}
