import type { Readable } from 'node:stream'
import { streamError } from './vendor-failure.ts'

interface BodyReading {
  /** More than this is `provider_stream_error`. */
  readonly limitBytes: number
  readonly signal: AbortSignal
}

/**
 * The whole body of an answer as text; invalid UTF-8 becomes U+FFFD. Owns the body: it is read to its end, or destroyed.
 * @throws HearthError `provider_stream_error` over the limit; what the body throws, also when `signal` aborts.
 */
export async function readBody(body: Readable, { limitBytes, signal }: BodyReading): Promise<string> {
  const onAbort = () => body.destroy(new Error('aborted'))
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  const parts: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const part of body as AsyncIterable<Uint8Array>) {
      bytes += part.byteLength
      if (bytes > limitBytes) throw streamError(`The vendor sent an answer of more than ${limitBytes} bytes`)
      parts.push(part)
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  return Buffer.concat(parts).toString('utf8')
}
