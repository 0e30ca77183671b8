import type { BatchPiece } from '../../../proto/gen/hearth/v1/batch.ts'
import { HearthError } from '../errors/hearth-error.ts'

/** Largest message of a stream: small, so that other streams get their turn between the pieces of a picture. */
const frameBytes = 256 * 1024
/** Largest batch that is put together again. */
const batchBytes = 64 * 1024 * 1024

type Content<Batch> =
  | { readonly $case: 'batch'; readonly value: Batch }
  | { readonly $case: 'piece'; readonly value: BatchPiece }

interface Frame<Batch> {
  readonly content: Content<Batch> | undefined
}

/** What ts-proto makes for a message, as far as it is used here. */
export interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array }
  decode(bytes: Uint8Array): Message
}

/** How a stream carries its batches: whole where they fit into a message, else in pieces that follow each other. */
export interface BatchFraming<Batch> {
  readonly batch: Codec<Batch>
  readonly frame: Codec<Frame<Batch>>
}

/** The encoded messages of one batch. */
export function* splitBatch<Batch>({ batch, frame }: BatchFraming<Batch>, value: Batch): Iterable<Uint8Array> {
  const whole = frame.encode({ content: { $case: 'batch', value } }).finish()
  if (whole.byteLength <= frameBytes) {
    yield whole
    return
  }
  const bytes = batch.encode(value).finish()
  for (let start = 0; start < bytes.byteLength; start += frameBytes) {
    const end = start + frameBytes
    const data = Buffer.from(bytes.subarray(start, end))
    yield frame.encode({ content: { $case: 'piece', value: { data, last: end >= bytes.byteLength } } }).finish()
  }
}

/** The batches of a stream of messages. @throws HearthError `gateway_internal` for one over the limit. */
export async function* joinBatches<Batch>(
  { batch }: BatchFraming<Batch>,
  frames: AsyncIterable<Frame<Batch>>,
): AsyncIterable<Batch> {
  let pieces: Uint8Array[] = []
  let bytes = 0
  for await (const { content } of frames) {
    if (content?.$case === 'batch') yield content.value
    if (content?.$case !== 'piece') continue
    bytes += content.value.data.byteLength
    if (bytes > batchBytes) throw new HearthError('gateway_internal', 'A peer sent a batch over 64 MiB.')
    pieces.push(content.value.data)
    if (!content.value.last) continue
    yield batch.decode(Buffer.concat(pieces))
    pieces = []
    bytes = 0
  }
}
