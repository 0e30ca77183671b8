import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { FrameDecoder } from '../../frame-decoder.ts'

/** Longest line, in characters. */
export const ndjsonLimitChars = 16 * 1024 * 1024

/**
 * The lines of newline-delimited JSON. Invalid UTF-8 becomes U+FFFD. A last line without its line feed counts if it is
 * whole. A line over `ndjsonLimitChars` is `provider_stream_error`.
 */
export function createNdjsonDecoder(): FrameDecoder<string> {
  const decoder = new TextDecoder('utf-8')
  let unfinished = ''
  let isOver = false
  return {
    push(chunk) {
      // What is kept is joined, not searched again: the work stays linear in the text.
      const [head = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n')
      const lines = [unfinished + head, ...others]
      unfinished = lines.pop() ?? ''
      const tooLong = lines.findIndex(isTooLong)
      isOver = tooLong !== -1 || isTooLong(unfinished)
      return (tooLong === -1 ? lines : lines.slice(0, tooLong)).filter(isFilled)
    },
    get failure() {
      return isOver ? lineTooLong() : undefined
    },
    end() {
      const last = unfinished + decoder.decode()
      return isFilled(last) && isWhole(last) ? [last] : []
    },
  }
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
