/** An event of one line of data, without an id by which its stream could be taken up again (WHATWG HTML, 9.2.6). */
const plainEvent = /^\n?(?:event: ?message\r?\n)?data: ?([^\r\n]*)\r?\n(?:\r\n|\n|\r)/

/** The data of the plain event that a text begins with. */
export const plainEventIn = (text: string): string | undefined => plainEvent.exec(text)?.[1]
