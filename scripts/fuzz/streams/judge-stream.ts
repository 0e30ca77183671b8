import { isDeepStrictEqual } from 'node:util'
import type { Random } from '../random.ts'
import { eventProblems, joinedEvents } from './event-problems.ts'
import type { PlacesReading, Reading, StreamSubject } from './stream-subject.ts'

/** Streams up to this long are read byte by byte; longer ones in random pieces. */
const everyPlaceBytes = 16_384

export interface StreamVerdict {
  readonly reading: Reading
  readonly problems: readonly string[]
}

/** Reads one stream whole, cut at every place, in random pieces, and cut off at random places; says what is wrong. */
export async function judgeStream(subject: StreamSubject, bytes: Uint8Array, random: Random): Promise<StreamVerdict> {
  const whole = await subject.read([bytes])
  const problems = readingProblems(subject, bytes, whole)
  const isShort = bytes.length <= everyPlaceBytes
  if (isShort) problems.push(...placesProblems(subject, bytes, whole, await subject.readAtEveryPlace(bytes)))
  for (let turn = 0; turn < 2; turn += 1) {
    const pieces = await subject.read(piecesOf(bytes, random))
    problems.push(...differences('in random pieces', whole, pieces))
    const start = bytes.subarray(0, random.int(bytes.length + 1))
    problems.push(...readingProblems(subject, start, await subject.read([start])))
  }
  return { reading: whole, problems }
}

function readingProblems(subject: StreamSubject, bytes: Uint8Array, reading: Reading): string[] {
  const problems = [...eventProblems(reading)]
  const { ending } = reading
  if (ending.status === 'untyped') problems.push(`an error that is none of ours: ${ending.error}`)
  if (ending.status === 'finished' && !mayBeComplete(subject, bytes)) problems.push('complete without a terminator')
  return problems
}

const mayBeComplete = ({ terminator }: StreamSubject, bytes: Uint8Array): boolean =>
  terminator.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())

function placesProblems(
  subject: StreamSubject,
  bytes: Uint8Array,
  whole: Reading,
  { reading, cuts }: PlacesReading,
): readonly string[] {
  const firstComplete = cuts.find(({ reading: cut }) => cut.ending.status === 'finished')
  return [
    ...differences('byte by byte', whole, reading),
    ...cuts.flatMap(({ reading: cut, bytes: place }) =>
      [...eventProblems(cut), ...untypedProblem(cut)].map((problem) => `ended after ${place} bytes: ${problem}`),
    ),
    ...(firstComplete !== undefined && !mayBeComplete(subject, bytes.subarray(0, firstComplete.bytes))
      ? [`complete after ${firstComplete.bytes} bytes, without a terminator`]
      : []),
  ]
}

const untypedProblem = ({ ending }: Reading): readonly string[] =>
  ending.status === 'untyped' ? [`an error that is none of ours: ${ending.error}`] : []

/** Another reading of the same bytes must tell the same. */
export function differences(how: string, whole: Reading, other: Reading): readonly string[] {
  if (!isDeepStrictEqual(other.ending, whole.ending)) {
    return [`read ${how} it ends ${JSON.stringify(other.ending)}, whole ${JSON.stringify(whole.ending)}`]
  }
  if (isDeepStrictEqual(joinedEvents(other.events), joinedEvents(whole.events))) return []
  return [`read ${how} it has other events: ${shortly(other)}, whole ${shortly(whole)}`]
}

const shortly = ({ events }: Reading): string => JSON.stringify(joinedEvents(events)).slice(0, 400)

/** Cuts the bytes at up to 12 random places. */
export function piecesOf(bytes: Uint8Array, random: Random): readonly Uint8Array[] {
  const places = Array.from({ length: 1 + random.int(12) }, () => random.int(bytes.length + 1)).toSorted(
    (left, right) => left - right,
  )
  return [0, ...places].map((place, index) => bytes.subarray(place, places[index] ?? bytes.length))
}
