import { createRandom } from '../random.ts'
import { differences, judgeStream, piecesOf } from './judge-stream.ts'
import { mutateStream } from './mutate-stream.ts'
import type { SocketReader } from './socket-reader.ts'
import type { StreamSubject } from './stream-subject.ts'
import { streamSubjects } from './stream-subjects.ts'

/** One in so many is also read from a real socket. */
const socketSample = 50
/** A larger one takes a socket too long for a sample. */
const socketBytes = 2 * 1024 * 1024

export interface FuzzedStream {
  readonly subject: string
  /** How reading it ended: `finished`, or the code of the failure. */
  readonly outcome: string
  readonly problems: readonly string[]
}

/** Makes the stream of this seed, breaks it, reads it in every way, and says what is wrong. */
export async function fuzzStream(seed: number, socket: SocketReader): Promise<FuzzedStream> {
  const random = createRandom(seed)
  const subject: StreamSubject = random.pick(streamSubjects)
  const bytes = mutateStream(random, subject.valid(random), subject.framing)
  const { reading, problems } = await judgeStream(subject, bytes, random)
  const ending = reading.ending
  const fromSocket = random.oneIn(socketSample) && bytes.length <= socketBytes
  const socketProblems = fromSocket
    ? differences('from a socket', reading, await socket.read(subject, piecesOf(bytes, random)))
    : []
  return {
    subject: subject.name,
    outcome: ending.status === 'failed' ? ending.code : ending.status,
    problems: [...problems, ...socketProblems],
  }
}
