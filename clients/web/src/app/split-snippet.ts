/** A piece of a snippet; `found`: a word that was searched for. */
export interface SnippetPiece {
  readonly text: string
  readonly found: boolean
}

const start = '\u0002'
const end = '\u0003'

/** The marks of the house (U+0002 … U+0003) as pieces, none empty. A mark without its partner is left out. */
export function splitSnippet(snippet: string): readonly SnippetPiece[] {
  const [before = '', ...rest] = snippet.split(start)
  const pieces = [
    { text: before, found: false },
    ...rest.flatMap((part) => {
      const at = part.indexOf(end)
      if (at < 0) return [{ text: part, found: false }]
      return [
        { text: part.slice(0, at), found: true },
        { text: part.slice(at + end.length), found: false },
      ]
    }),
  ]
  return pieces.map(({ text, found }) => ({ text: text.replaceAll(end, ''), found })).filter(({ text }) => text !== '')
}
