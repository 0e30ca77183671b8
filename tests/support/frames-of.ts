import type { FrameDecoder } from '../../services/adapters/frame-decoder.ts'

/** The frames of a body as its reader gets them: one batch per chunk, those of the end last, if any; a failure after what came before. */
export async function* framesOf<Frame>(
  decoder: FrameDecoder<Frame>,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly Frame[], void> {
  for await (const chunk of chunks) {
    yield decoder.push(chunk)
    if (decoder.failure !== undefined) throw decoder.failure
  }
  const last = decoder.end()
  if (last.length > 0) yield last
}
