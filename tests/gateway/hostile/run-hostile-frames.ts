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
  readonly seed: number
  /** Connections at the same time. Default 8. */
  readonly parallel?: number
}

export interface HostileReport {
  readonly frames: number
  readonly connections: number
  /** Error codes seen, with how often. */
  readonly codes: Readonly<Record<string, number>>
  /** Close codes seen, with how often; `none`: ended without a close frame. */
  readonly closes: Readonly<Record<string, number>>
  /** What was not answered, or answered by something that is no message of the protocol. */
  readonly failures: readonly string[]
}

/** Codes a server may end a hostile connection with. */
const expectedCloses = new Set([1002, 1007, 1008, 1009, 1013, 4400, 4401])

/** Sends seeded hostile frames on raw sockets until the count is reached. Never throws for what the server does. */
export async function runHostileFrames(run: HostileRun): Promise<HostileReport> {
  const tally = new Tally()
  const queue = conversations(run.seed)
  const work = async (): Promise<void> => {
    for (const conversation of queue) {
      if (tally.frames >= run.frames) return
      await converse(run, conversation, tally)
    }
  }
  await Promise.all(Array.from({ length: run.parallel ?? 8 }, work))
  return tally
}

/** Endless and lazy, so that the load's own memory stays small; the same for the same seed. */
function* conversations(seed: number): Generator<HostileConversation> {
  for (let chunk = 0; ; chunk += 1) yield* fc.sample(hostileConversation(20), { seed: seed + chunk, numRuns: 32 })
}

class Tally implements HostileReport {
  frames = 0
  connections = 0
  readonly codes: Record<string, number> = {}
  readonly closes: Record<string, number> = {}
  readonly failures: string[] = []

  count(counts: Record<string, number>, key: string): void {
    counts[key] = (counts[key] ?? 0) + 1
  }
}

async function converse({ port, token }: HostileRun, conversation: HostileConversation, tally: Tally): Promise<void> {
  const peer = new RawPeer(port)
  tally.connections += 1
  await peer.request(upgradeLines(port))
  if (conversation.isGreeted) {
    peer.socket.write(rawFrame(Buffer.from(JSON.stringify({ type: 'session.hello', auth: token }))))
    if (!(await peer.until(() => peer.frames.length > 0))) tally.failures.push('closed before session.created')
  }
  await sendAll(peer, conversation)
  tally.frames += conversation.frames.length
  judge(peer, conversation, tally)
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

function judge(peer: RawPeer, { isGreeted, frames }: HostileConversation, tally: Tally): void {
  const mustEnd = !isGreeted || frames.some(({ expects }) => expects === 'break')
  const close = peer.closeCode()
  tally.count(tally.closes, String(close ?? 'none'))
  if (mustEnd && close === undefined) tally.failures.push('a connection that had to end did not say why')
  if (close !== undefined && !expectedCloses.has(close)) tally.failures.push(`closed with ${close}`)
  if (answers(peer) < answersDue(close, frames)) tally.failures.push('a frame was not answered')
  for (const message of peer.texts()) judgeMessage(message, tally)
}

/** All messages; all but the broken frame; or, when the server had enough of it, at least the reason. */
function answersDue(close: number | undefined, frames: HostileConversation['frames']): number {
  if (close === undefined) return frames.length
  return close < 4000 ? frames.filter(({ expects }) => expects === 'answer').length : 1
}

function judgeMessage(message: Readonly<Record<string, unknown>>, tally: Tally): void {
  const type = String(message['type'])
  const parsed = isServerMessageType(type) ? serverMessages[type].safeParse(message) : undefined
  if (parsed?.success !== true) {
    tally.failures.push(`no message of the protocol: ${JSON.stringify(message).slice(0, 200)}`)
    return
  }
  if (parsed.data.type !== 'error') return
  tally.count(tally.codes, parsed.data.error.code)
  if (!/^(caller|policy)_|^gateway_overloaded$/.test(parsed.data.error.code)) {
    tally.failures.push(`blamed on the server: ${parsed.data.error.code}`)
  }
}
