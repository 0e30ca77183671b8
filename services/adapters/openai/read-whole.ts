import type { FrameDecoder } from '../frame-decoder.ts'
import { sseLimitChars } from '../sse-reader.ts'
import { streamError, truncated } from '../vendor-failure.ts'

/** A body as one frame, at its end. More than `sseLimitChars` bytes are `provider_stream_error`, none `provider_stream_truncated`. */
export function createWholeDecoder(): FrameDecoder<string> {
  const parts: Uint8Array[] = []
  let length = 0
  return {
    push(part) {
      length += part.byteLength
      if (length <= sseLimitChars) parts.push(part)
      return []
    },
    get failure() {
      return length > sseLimitChars
        ? streamError(`The vendor sent an answer of more than ${sseLimitChars} bytes`)
        : undefined
    },
    end() {
      if (length === 0) throw truncated()
      return [Buffer.concat(parts).toString('utf8')]
    },
  }
}
