import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { setImmediate as nextTick } from 'node:timers/promises'
import { startAttemptTimers } from '../../../services/adapters/attempt-timers.ts'
import { createHttpTransport, type HttpTransport } from '../../../services/adapters/http-transport.ts'
import { readVendorStream, type StreamDialect } from '../../../services/adapters/vendor-stream.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { endingOf, type Reading, type StreamSubject } from './stream-subject.ts'

/** Reads streams the way the adapters do: from the socket of a server of our own, with timers and transport. */
export interface SocketReader extends AsyncDisposable {
  /** Each chunk is a write of its own. One stream at a time. */
  read(subject: StreamSubject, chunks: readonly Uint8Array[]): Promise<Reading>
}

const patienceMs = 10_000
const timeouts = { headersMs: patienceMs, firstTokenMs: patienceMs, idleMs: patienceMs, totalMs: patienceMs }

export async function startSocketReader(): Promise<SocketReader> {
  let answer: readonly Uint8Array[] = []
  const server = createServer((_request, response) => void writeAll(response, answer))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const transport = createHttpTransport()
  return {
    read: async (subject, chunks) => {
      answer = chunks
      return subject.withDialect((dialect) => readOnce(transport, `http://127.0.0.1:${port}/`, dialect))
    },
    [Symbol.asyncDispose]: async () => {
      transport.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function writeAll(response: ServerResponse, chunks: readonly Uint8Array[]): Promise<void> {
  response.on('error', () => undefined)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const chunk of chunks) {
    if (response.destroyed) return
    if (chunk.length > 0) response.write(chunk)
    await nextTick()
  }
  response.end()
}

async function readOnce<Frame, State>(
  transport: HttpTransport,
  url: string,
  dialect: StreamDialect<Frame, State>,
): Promise<Reading> {
  const timers = startAttemptTimers(timeouts, new AbortController().signal)
  const events: GenerateEvent[] = []
  let untyped: unknown
  try {
    const body = transport.takeBody(await transport.fetch(url, { method: 'POST', body: '', signal: timers.signal }))
    if (body === undefined) throw new Error('the answer has no body')
    // Reading fails with what `mapError` makes of a failure, so what is no error of ours is noted here.
    const mapError = (error: unknown): HearthError => {
      if (error instanceof HearthError) return error
      untyped = error
      return new HearthError('gateway_internal', 'not typed')
    }
    const batches = readVendorStream(body, dialect, { transport, timers, mapError })
    for await (const batch of batches) events.push(...batch)
    return { events: events.slice(1), ending: { status: 'finished' } }
  } catch (error) {
    return { events: events.slice(1), ending: endingOf(untyped ?? error) }
  } finally {
    timers.dispose()
  }
}
