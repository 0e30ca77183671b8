export const codeLength = 8
const groupLength = 4

/** What someone typed or pasted, a whole link included, as a code: at most eight capital letters and digits. */
export function parseCode(text: string): string {
  const [, inLink] = /#pair=([^\s&]*)/.exec(text) ?? []
  const letters = (inLink ?? text).toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
  return letters.slice(0, codeLength)
}

/** A code as people read it: `ABCD EFGH`. */
export function formatCode(code: string): string {
  return [code.slice(0, groupLength), code.slice(groupLength)].filter((group) => group !== '').join(' ')
}

/** Where the caret stands in a formatted code, after so many of its letters. */
export function caretAfter(letters: number): number {
  return letters <= groupLength ? letters : letters + 1
}
