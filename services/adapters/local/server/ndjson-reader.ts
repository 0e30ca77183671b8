import { HearthError } from '../../../common/errors/hearth-error.ts'

/** Longest line, in characters. */
export const ndjsonLimitChars = 16 * 1024 * 1024

/**
 * The lines of newline-delimited JSON, cut anywhere: one batch per read of `bytes`, empty when the read completed none, so
 * that a reader of batches sees every sign of life. Invalid UTF-8 becomes U+FFFD. A last line without its line feed counts
 * if it is whole.
 * @throws HearthError `provider_stream_error` after the lines before it, when a line is over `ndjsonLimitChars`; whatever
 *   `bytes` throws. Ending early ends `bytes`.
 */
export async function* readNdjson(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[], void> {
  const decoder = new TextDecoder('utf-8')
  let unfinished = ''
  for await (const chunk of bytes) {
    // What is kept is joined, not searched again: the work stays linear in the text.
    const [head = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n')
    const lines = [unfinished + head, ...others]
    unfinished = lines.pop() ?? ''
    const tooLong = lines.findIndex(isTooLong)
    yield (tooLong === -1 ? lines : lines.slice(0, tooLong)).filter(isFilled)
    if (tooLong !== -1 || isTooLong(unfinished)) throw lineTooLong()
  }
  const last = unfinished + decoder.decode()
  if (isFilled(last) && isWhole(last)) yield [last]
}

const isTooLong = (line: string): boolean => line.length > ndjsonLimitChars

const isFilled = (line: string): boolean => line.trim() !== ''

function isWhole(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

const lineTooLong = () =>
  new HearthError(
    'provider_stream_error',
    `The vendor sent a line of more than ${ndjsonLimitChars} characters; check what base_url points to.`,
  )
