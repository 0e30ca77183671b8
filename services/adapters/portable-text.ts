/**
 * Text of a vendor as the house takes it: well-formed, U+0000 replaced, and cut between characters only. A first half of a
 * UTF-16 pair at the end is kept back as `half`, to be given with the text that follows. Pure.
 */
export function takePortable(half: string, text: string): { readonly half: string; readonly text: string } {
  const whole = half === '' ? text : half + text
  const last = whole.charCodeAt(whole.length - 1)
  if (last >= 0xd800 && last <= 0xdbff) return { half: whole.slice(-1), text: toPortable(whole.slice(0, -1)) }
  return { half: '', text: toPortable(whole) }
}

/** Text that comes whole, such as a name: well-formed, without U+0000. Pure. */
export function toPortable(text: string): string {
  const wellFormed = text.toWellFormed()
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed
}
