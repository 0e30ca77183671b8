/** A run of code of one colour. */
export interface CodePiece {
  readonly text: string
  /** A class of markdown-styles.ts; nothing for plain code. */
  readonly colour: string | undefined
}

const colours: Readonly<Record<string, string>> = {
  keyword: 'keyword',
  'selector-tag': 'keyword',
  'template-tag': 'keyword',
  tag: 'keyword',
  doctag: 'keyword',
  type: 'title',
  title: 'title',
  section: 'title',
  name: 'title',
  built_in: 'title',
  'selector-id': 'title',
  'selector-class': 'title',
  string: 'string',
  regexp: 'string',
  addition: 'string',
  link: 'string',
  'meta-string': 'string',
  number: 'number',
  literal: 'number',
  symbol: 'number',
  bullet: 'number',
  attr: 'number',
  attribute: 'number',
  variable: 'number',
  'template-variable': 'number',
  comment: 'comment',
  quote: 'comment',
  meta: 'comment',
  deletion: 'deletion',
}

const characters: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
}

/**
 * Reads what highlight.js writes: its spans, and five characters written as references. It is taken apart here, not by a
 * parser of HTML, so that the code can only ever become text.
 */
export function codePiecesOf(markup: string): readonly CodePiece[] {
  const pieces: CodePiece[] = []
  const open: (string | undefined)[] = []
  for (const part of markup.split(/(<span class="[^"<>]*">|<\/span>)/)) {
    if (part === '</span>') open.pop()
    else if (part.startsWith('<span class="')) open.push(colourOf(part) ?? open.at(-1))
    else if (part !== '') pieces.push({ text: decode(part), colour: open.at(-1) })
  }
  return pieces
}

function colourOf(tag: string): string | undefined {
  const scope = /"hljs-([\w-]+)/.exec(tag)?.[1] ?? ''
  return Object.hasOwn(colours, scope) ? colours[scope] : undefined
}

function decode(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|quot|#x27);/g, (reference) => characters[reference] ?? reference)
}

/** Shares pieces out to texts of these lengths, in order; a piece that reaches over an end is cut there. */
export function sharePieces(
  pieces: readonly CodePiece[],
  lengths: readonly number[],
): readonly (readonly CodePiece[])[] {
  const shares: CodePiece[][] = lengths.map(() => [])
  let share = 0
  let room = lengths[0] ?? 0
  for (const { text, colour } of pieces) {
    let rest = text
    while (rest !== '' && share < shares.length) {
      shares[share]?.push({ text: rest.slice(0, room), colour })
      const taken = Math.min(room, rest.length)
      rest = rest.slice(taken)
      room -= taken
      if (room > 0) continue
      share += 1
      room = lengths[share] ?? 0
    }
  }
  return shares
}
