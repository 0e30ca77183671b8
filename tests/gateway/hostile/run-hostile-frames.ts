import fc from 'fast-check'
import { isServerMessageType, serverMessages } from '../../../services/common/contracts/protocol/server-messages.ts'
import { RawPeer, rawFrame, upgradeLines } from '../raw-peer.ts'
import { type HostileConversation, hostileConversation } from './hostile-frames.ts'

export interface HostileRun {
  readonly port: number
  /** A token with the scope chat. */
  readonly token: string
  /** How many frames to send in all, at least. */
  readonly frames: number
  /** Connection `i` depends on `seed + i` alone. */
  readonly seed: number
  /** Connections at the same time. Default 8. */
  readonly parallel?: number
  /** Ends the run after the connections that are open. */
  readonly signal?: AbortSignal
  /** Told after each connection how many frames were sent so far. */
  readonly onProgress?: (frames: number) => void
}

/** What was not answered, or answered by something that is no message of the protocol, and the seed of its connection. */
export interface HostileFailure {
  readonly seed: number
  readonly says: string
}

export interface HostileReport {
  readonly frames: number
  readonly connections: number
  /** Error codes seen, with how often. */
  readonly codes: Readonly<Record<string, number>>
  /** Close codes seen, with how often; `none`: ended without a close frame. */
  readonly closes: Readonly<Record<string, number>>
  /** After 20 the run ends: they will have one cause. */
  readonly failures: readonly HostileFailure[]
}

const failuresKept = 20
/** A connection on which nothing moves for so long is given up, milliseconds. */
const silenceMs = 20_000

/** Codes a server may end a hostile connection with. */
const expectedCloses = new Set([1002, 1007, 1008, 1009, 1013, 4400, 4401])

/** Sends seeded hostile frames on raw sockets until the count is reached. Never throws for what the server does. */
export async function runHostileFrames(run: HostileRun): Promise<HostileReport> {
  const tally = new Tally()
  const queue = conversations(run.seed)
  const work = async (): Promise<void> => {
    for (const seeded of queue) {
      if (tally.frames >= run.frames || tally.failures.length >= failuresKept || run.signal?.aborted === true) return
      await converse(run, seeded, tally)
      run.onProgress?.(tally.frames)
    }
  }
  await Promise.all(Array.from({ length: run.parallel ?? 8 }, work))
  return tally
}

/** Endless and lazy, so that the load's own memory stays small; the same for the same seed. */
function* conversations(first: number): Generator<SeededConversation> {
  const arbitrary = hostileConversation(20)
  for (let seed = first; ; seed += 1) {
    for (const conversation of fc.sample(arbitrary, { seed, numRuns: 1 })) yield { seed, conversation }
  }
}

interface SeededConversation {
  readonly seed: number
  readonly conversation: HostileConversation
}

class Tally implements HostileReport {
  frames = 0
  connections = 0
  readonly codes: Record<string, number> = {}
  readonly closes: Record<string, number> = {}
  readonly failures: HostileFailure[] = []

  count(counts: Record<string, number>, key: string): void {
    counts[key] = (counts[key] ?? 0) + 1
  }
}

async function converse({ port, token }: HostileRun, seeded: SeededConversation, tally: Tally): Promise<void> {
  const { seed, conversation } = seeded
  const fail = (says: string): void => void tally.failures.push({ seed, says })
  const peer = new RawPeer(port)
  peer.socket.setTimeout(silenceMs, () => peer.socket.destroy())
  tally.connections += 1
  await peer.request(upgradeLines(port))
  if (conversation.isGreeted) {
    peer.socket.write(rawFrame(Buffer.from(JSON.stringify({ type: 'session.hello', auth: token }))))
    if (!(await peer.until(() => peer.frames.length > 0))) fail('closed before session.created')
  }
  await sendAll(peer, conversation)
  tally.frames += conversation.frames.length
  judge(peer, conversation, { tally, fail })
  peer.socket.destroy()
  await peer.closed
}

/** Writes all messages at once and waits for their answers; then the broken frame, if there is one, and waits for the end. */
async function sendAll(peer: RawPeer, { isGreeted, frames }: HostileConversation): Promise<void> {
  const messages = frames.filter(({ expects }) => expects === 'answer')
  const broken = frames.filter(({ expects }) => expects === 'break')
  const isEnded = (): boolean => peer.closeCode() !== undefined
  for (const { bytes } of messages) peer.socket.write(bytes)
  await peer.until(() => isEnded() || (isGreeted && answers(peer) >= messages.length))
  for (const { bytes } of broken) peer.socket.write(bytes)
  if (broken.length > 0) await peer.until(isEnded)
}

/** Text messages after session.created. */
const answers = (peer: RawPeer): number => peer.texts().filter(({ type }) => type !== 'session.created').length

interface Verdict {
  readonly tally: Tally
  readonly fail: (says: string) => void
}

function judge(peer: RawPeer, { isGreeted, frames }: HostileConversation, verdict: Verdict): void {
  const { tally, fail } = verdict
  const mustEnd = !isGreeted || frames.some(({ expects }) => expects === 'break')
  const close = peer.closeCode()
  tally.count(tally.closes, String(close ?? 'none'))
  if (mustEnd && close === undefined) fail('a connection that had to end did not say why')
  if (close !== undefined && !expectedCloses.has(close)) fail(`closed with ${close}`)
  if (answers(peer) < answersDue(close, frames)) fail('a frame was not answered')
  for (const message of peer.texts()) judgeMessage(message, verdict)
}

/** All messages; all but the broken frame; or, when the server had enough of it, at least the reason. */
function answersDue(close: number | undefined, frames: HostileConversation['frames']): number {
  if (close === undefined) return frames.length
  return close < 4000 ? frames.filter(({ expects }) => expects === 'answer').length : 1
}

function judgeMessage(message: Readonly<Record<string, unknown>>, { tally, fail }: Verdict): void {
  const type = String(message['type'])
  const parsed = isServerMessageType(type) ? serverMessages[type].safeParse(message) : undefined
  if (parsed?.success !== true) {
    fail(`no message of the protocol: ${JSON.stringify(message).slice(0, 200)}`)
    return
  }
  if (parsed.data.type !== 'error') return
  tally.count(tally.codes, parsed.data.error.code)
  if (!/^(caller|policy)_|^gateway_overloaded$/.test(parsed.data.error.code)) {
    fail(`blamed on the server: ${parsed.data.error.code}`)
  }
}
