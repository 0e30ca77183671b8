/**
 * Text of a vendor as the house takes it: well-formed, U+0000 replaced, and cut between characters only. A first half of a
 * UTF-16 pair at the end is kept back as `half`, to be given with the text that follows. Pure.
 */
export function takePortable(half: string, text: string): { readonly half: string; readonly text: string } {
  const whole = half + text
  const isSplit = /[\uD800-\uDBFF]$/.test(whole)
  return {
    half: isSplit ? whole.slice(-1) : '',
    text: (isSplit ? whole.slice(0, -1) : whole).toWellFormed().replaceAll('\0', '\uFFFD'),
  }
}
