/** A longer one is read in segments, and only the last would show a difference. */
const maxLength = 4096

/**
 * Ends the strong words and the code that a paragraph is in the middle of, so that they look as they will: `a **b` shows a
 * strong b, `a [b](htt` shows b. What has only begun, with nothing in it yet, is left out.
 */
export function closeOpenMarks(paragraph: string): string {
  if (paragraph.length > maxLength) return paragraph
  const source = paragraph.replace(/!?\[([^[\]\n]*)\]\([^()\s]*$/, '$1')
  const { code, pairs } = openMarksOf(source)
  if (code !== undefined) return closeMark(source, code)
  let closed = source
  for (const open of pairs.toReversed()) closed = closeMark(closed, open)
  return closed
}

interface OpenMark {
  readonly mark: string
  /** Where what it marks begins. */
  readonly end: number
}

interface OpenMarks {
  readonly code: OpenMark | undefined
  readonly pairs: readonly OpenMark[]
}

/** Reads over the marks once; emphasis by one sign is left alone, which is more often a sign than a mark. */
function openMarksOf(source: string): OpenMarks {
  let code: OpenMark | undefined
  let pairs: readonly OpenMark[] = []
  for (const { 0: mark, index } of source.matchAll(/\\.|`+|\*\*|~~/gs)) {
    const end = index + mark.length
    if (mark.startsWith('`')) code = withCode(code, { mark, end })
    else if (code === undefined && !mark.startsWith('\\')) pairs = withMark(pairs, { mark, end }, source[end] ?? '')
  }
  return { code, pairs }
}

/** In code only as many backticks as began it mean anything. */
function withCode(code: OpenMark | undefined, found: OpenMark): OpenMark | undefined {
  if (code === undefined) return found
  return found.mark === code.mark ? undefined : code
}

function withMark(pairs: readonly OpenMark[], open: OpenMark, next: string): readonly OpenMark[] {
  if (pairs.some(({ mark }) => mark === open.mark)) return pairs.filter(({ mark }) => mark !== open.mark)
  return /\s/.test(next) ? pairs : [...pairs, open]
}

function closeMark(source: string, { mark, end }: OpenMark): string {
  const inner = source.slice(end).trimEnd()
  const half = mark[0] ?? ''
  const written = mark.length > 1 && inner.endsWith(half) ? inner.slice(0, -1) : inner
  return written === '' ? source.slice(0, end - mark.length) : source.slice(0, end) + written + mark
}
