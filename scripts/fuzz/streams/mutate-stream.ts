import type { Random } from '../random.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { mutateJson } from './mutate-json.ts'

/** A stream with some of what can go wrong gone wrong, at one to four places. One in sixteen stays as it is. */
export function mutateStream(random: Random, valid: string, framing: 'blank-line' | 'line'): Uint8Array {
  if (random.oneIn(16)) return Buffer.from(valid)
  const end = framing === 'line' ? '\n' : '\n\n'
  let frames: readonly string[] = valid.split(framing === 'line' ? /(?<=\n)/ : /(?<=\n\n)/)
  for (let left = random.int(4); left >= 0; left -= 1) {
    frames = random.oneIn(3) ? moveFrames(random, frames, end) : breakFrame(random, frames)
  }
  const bytes = Buffer.from(frames.join(''))
  return random.oneIn(2) ? mutateBytes(random, bytes) : bytes
}

/** One frame lost, repeated, moved, or put in from elsewhere. */
function moveFrames(random: Random, frames: readonly string[], end: string): readonly string[] {
  const at = random.int(frames.length + 1)
  const other = frames[random.int(frames.length)] ?? ''
  switch (random.int(6)) {
    case 0:
      return frames.toSpliced(at, 1)
    case 1:
      return frames.toSpliced(at, 0, other)
    case 2:
      return frames.toSpliced(at, 1, other)
    case 3:
      return frames.slice(0, at)
    case 4:
      return random.oneIn(8) ? frames.toReversed() : [...frames, ...frames.slice(at)]
    default:
      return frames.toSpliced(at, 0, `${random.pick(strangers)}${end}`)
  }
}

const strangers: readonly string[] = [
  ': comment',
  'data: [DONE]',
  'data:[DONE]',
  'data: ',
  'data',
  'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"x"}}',
  'event: ping\ndata: {"type":"ping"}',
  'event: unheard.of\ndata: {"type":"unheard.of","delta":"x"}',
  'data: {"error":{"message":"x","type":"server_error","code":500}}',
  '{"error":"out of memory"}',
  'id: 7\nretry: 1',
  'data: null',
  'data: []',
  'data: 7',
  'data: "text"',
  'data: {"choices":null}',
  '\u0000',
  '<html>',
  'null',
  '{}',
  '{"a":',
]

/** Something inside the JSON of one frame. */
function breakFrame(random: Random, frames: readonly string[]): readonly string[] {
  const at = random.int(frames.length)
  const frame = frames[at] ?? ''
  const [, before = '', json, after = ''] = /^([^{]*)(\{[\s\S]*\})([\s\S]*)$/.exec(frame) ?? []
  if (json === undefined) return frames
  return frames.with(at, `${before}${mutateJson(random, json)}${after}`)
}
