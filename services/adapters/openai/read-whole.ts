import { sseLimitChars } from '../sse-reader.ts'
import { streamError, truncated } from '../vendor-failure.ts'

/**
 * A body as one frame, at its end; an empty batch for every read before, as a sign of life.
 * @throws HearthError `provider_stream_error` for more than `sseLimitChars` bytes, `provider_stream_truncated` for nothing.
 */
export async function* readWhole(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[], void> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of bytes) {
    length += part.byteLength
    if (length > sseLimitChars) throw streamError(`The vendor sent an answer of more than ${sseLimitChars} bytes`)
    parts.push(part)
    yield []
  }
  if (length === 0) throw truncated()
  yield [Buffer.concat(parts).toString('utf8')]
}
