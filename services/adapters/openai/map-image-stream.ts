import type { GenerateEvent } from '../../common/contracts/generate-event.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import { createSseDecoder, type SseEvent } from '../sse-reader.ts'
import { parseVendorJson, stepFrames } from '../step-frames.ts'
import { streamError, truncated } from '../vendor-failure.ts'
import type { StreamDialect } from '../vendor-stream.ts'
import { mapUsage } from './map-usage.ts'
import { createWholeDecoder } from './read-whole.ts'
import { failureOfEvent, typeOf } from './stream-failure.ts'
import { type ImageEvent, imageEvent, imagesAnswer } from './wire-schema.ts'

/** An attempt has one picture. */
const id = 'b0'

/** What a vendor says about its picture; unset fields fall back to what was asked for. */
type WirePicture = Pick<ImageEvent, 'b64_json' | 'output_format'>

const partialTypes: ReadonlySet<string> = new Set(['image_generation.partial_image', 'image_edit.partial_image'])
const finalTypes: ReadonlySet<string> = new Set(['image_generation.completed', 'image_edit.completed'])

/**
 * Reads a picture that comes as events: rough versions, then the finished one. A picture is one event, so `sseLimitChars`
 * bounds it: about 12 MB of picture. `format` is what was asked for.
 */
export const imageDialect = (format: string): StreamDialect<SseEvent, undefined> => ({
  decoder: createSseDecoder,
  begin: undefined,
  step: (_, frames) =>
    stepFrames(undefined, frames, (state, frame, events) => ({ state, isDone: stepEvent(frame, format, events) })),
  isComplete: () => false,
  end: () => {
    throw truncated()
  },
})

/** Reads a picture that comes as one JSON body, from a server that knows no streams. Bounded as one event is. */
export const imageBodyDialect = (format: string): StreamDialect<string, undefined> => ({
  decoder: createWholeDecoder,
  begin: undefined,
  step: (_, bodies) =>
    stepFrames(undefined, bodies, (state, body, events) => {
      events.push(...mapAnswer(parseVendorJson(body), format))
      return { state, isDone: true }
    }),
  isComplete: () => false,
  end: () => {
    throw truncated()
  },
})

/** True after the finished picture. */
function stepEvent(sse: SseEvent, format: string, events: GenerateEvent[]): boolean {
  if (sse.data === '[DONE]') return false
  const value = parseVendorJson(sse.data)
  const type = typeOf(value, sse.type)
  if (type === 'error') throw failureOfEvent(value)
  const isFinal = finalTypes.has(type)
  if (!isFinal && !partialTypes.has(type)) return false
  const parsed = parseUntrusted(imageEvent, value)
  if (!parsed.success) throw noPicture()
  if (isFinal) events.push(...finished(parsed.data, parsed.data.usage, format))
  else
    events.push({
      type: 'image-partial',
      id,
      index: parsed.data.partial_image_index ?? 0,
      ...pictureOf(parsed.data, format),
    })
  return isFinal
}

function mapAnswer(answer: unknown, format: string): readonly GenerateEvent[] {
  const parsed = parseUntrusted(imagesAnswer, answer)
  if (!parsed.success) throw noPicture()
  const { data, output_format, usage } = parsed.data
  return finished({ b64_json: data[0].b64_json, output_format }, usage, format)
}

const finished = (picture: WirePicture, usage: ImageEvent['usage'], format: string): readonly GenerateEvent[] => [
  { type: 'image', id, ...pictureOf(picture, format) },
  ...(usage ? [{ type: 'usage' as const, usage: mapUsage(usage) }] : []),
  { type: 'finish', reason: 'stop' },
]

function pictureOf(picture: WirePicture, format: string) {
  const bytes = Buffer.from(picture.b64_json, 'base64')
  if (bytes.byteLength === 0) throw noPicture()
  return { mediaType: mediaTypeOf(bytes) ?? `image/${picture.output_format ?? format}`, bytes }
}

/** By the picture's own first bytes: not every server draws in the format it was asked for. */
function mediaTypeOf(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 12)
  if (start.startsWith('\x89PNG')) return 'image/png'
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (start.startsWith('GIF8')) return 'image/gif'
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : undefined
}

const noPicture = () => streamError('The vendor sent no picture where one was due')
