/** Is a JSON value larger than so many bytes, roughly as it goes over the wire? Stops counting as soon as it is. */
export function exceedsBytes(value: unknown, maxBytes: number): boolean {
  let left = maxBytes
  const waiting: unknown[] = [value]
  while (waiting.length > 0 && left >= 0) left -= bytesOf(waiting.pop(), waiting)
  return left < 0
}

/** Of the outermost layer; what is inside is put to `inner`. */
function bytesOf(value: unknown, inner: unknown[]): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 2
  if (typeof value !== 'object' || value === null) return 5
  let bytes = 2
  for (const [name, field] of Object.entries(value)) {
    bytes += Array.isArray(value) ? 1 : name.length + 4
    inner.push(field)
  }
  return bytes
}
