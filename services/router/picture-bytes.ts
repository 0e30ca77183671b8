import type { RunRequest } from '../common/contracts/run-request.ts'

/** Bytes that the pictures of a request take for as long as its run lives, queued or not. */
export function pictureBytes({ input, image }: Pick<RunRequest, 'input' | 'image'>): number {
  const parts = input.flatMap((item) => (item.type === 'message' ? item.content : []))
  const ofInput = parts.reduce((sum, part) => (part.type === 'image' ? sum + part.bytes.byteLength : sum), 0)
  return ofInput + (image?.mask?.bytes.byteLength ?? 0)
}
