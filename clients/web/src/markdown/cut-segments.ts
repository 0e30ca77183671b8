const wanted = 4096
const most = 6144

/**
 * Cuts a long paragraph into pieces that are read on their own, at a line end where there is one. A cut depends on what
 * stands before it only, so that a text that grows is cut where the whole text will be.
 */
export function cutSegments(source: string): readonly string[] {
  const segments: string[] = []
  let start = 0
  while (source.length - start > wanted) {
    const cut = cutAfter(source, start)
    if (cut === undefined) break
    segments.push(source.slice(start, cut.end))
    start = cut.next
  }
  return [...segments, source.slice(start)]
}

interface Cut {
  readonly end: number
  readonly next: number
}

function cutAfter(source: string, start: number): Cut | undefined {
  const window = source.slice(start + wanted, start + most)
  const line = window.indexOf('\n')
  if (line !== -1) return { end: start + wanted + line, next: start + wanted + line + 1 }
  if (window.length < most - wanted) return undefined
  const space = window.indexOf(' ')
  if (space !== -1) return { end: start + wanted + space + 1, next: start + wanted + space + 1 }
  const end = start + most - (isHighSurrogate(window.charCodeAt(window.length - 1)) ? 1 : 0)
  return { end, next: end }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
