/** An event of one line of data, without an id by which its stream could be taken up again (WHATWG HTML, 9.2.6). */
const plainEvent = /^\n?(?:event: ?message\r?\n)?data: ?([^\r\n]*)\r?\n\r?\n?/

/** The data of the plain event that a text begins with, and how long that event is, in characters. */
export function plainEventIn(text: string): { readonly data: string; readonly length: number } | undefined {
  const found = plainEvent.exec(text)
  return found?.[1] === undefined ? undefined : { data: found[1], length: found[0].length }
}
