const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const opening = new Set([0x5b, 0x7b])
const closing = new Set([0x5d, 0x7d])

/**
 * Whether JSON text nests deeper than `limit` arrays and objects. One pass over the bytes before any parse, no
 * recursion; says nothing about validity otherwise.
 */
export function isDeeperThan(text: Uint8Array, limit: number): boolean {
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index] ?? 0
    if (byte === quote) index = endOfString(text, index)
    else depth += step(byte)
    if (depth > limit) return true
  }
  return false
}

/** Whether JSON text holds more than `limit` values beside the first of each array and object. One pass before any parse. */
export function hasMoreValuesThan(text: Uint8Array, limit: number): boolean {
  let count = 0
  for (let index = 0; index < text.length && count <= limit; index += 1) {
    if (text[index] === quote) index = endOfString(text, index)
    else if (text[index] === comma) count += 1
  }
  return count > limit
}

/** Index of the closing quote of the string that opens at `start`, or the end. */
function endOfString(text: Uint8Array, start: number): number {
  let index = start + 1
  while (index < text.length && text[index] !== quote) index += text[index] === backslash ? 2 : 1
  return index
}

function step(byte: number): number {
  if (opening.has(byte)) return 1
  return closing.has(byte) ? -1 : 0
}
