import type { InputItem } from './run-request.ts'

/** Bytes of all pictures of an input; one that stands in it twice counts twice. */
export function pictureBytesOf(input: readonly InputItem[]): number {
  const parts = input.flatMap((item) => (item.type === 'message' ? item.content : []))
  return parts.reduce((sum, part) => sum + (part.type === 'image' ? part.bytes.byteLength : 0), 0)
}
