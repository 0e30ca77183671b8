import type { Readable } from 'node:stream'
import type { JSONRPCResponse } from '@modelcontextprotocol/client'
import { isRecord } from '../../../../common/is-record.ts'
import { MessageCap } from './message-cap.ts'
import { parsedJson } from './parsed-json.ts'
import type { WireAnswer } from './pinned-wire.ts'
import { plainEventIn } from './plain-event.ts'
import { isEventStream } from './to-response.ts'

type Bytes = Uint8Array<ArrayBuffer>

export type FirstLook =
  /** The one answer that was waited for; of a stream `rest` stands behind it. */
  | { readonly type: 'plain'; readonly answer: JSONRPCResponse; readonly rest: Bytes }
  /** Anything else: what was read of the body, the body paused behind it. */
  | { readonly type: 'other'; readonly head: readonly Bytes[] }

/**
 * Reads a body of JSON, or the first event of a stream, to see whether it is nothing but the answer to the request.
 * @throws BodyTooLarge, the rest unread; the error of the connection, of a body that is JSON. A stream that breaks is handed
 * back as far as it came.
 */
export async function firstLook(answered: WireAnswer, id: string | number, maxBytes: number): Promise<FirstLook> {
  const isStream = isEventStream(answered)
  const { head, end } = await readHead(answered.body, new MessageCap(maxBytes, isStream))
  const bytes = Buffer.concat(head)
  const first = bytes.subarray(0, end).toString()
  const data = isStream ? plainEventIn(first) : first
  const answer = data === undefined ? undefined : answerIn(data, id)
  if (answer === undefined) return { type: 'other', head }
  return { type: 'plain', answer, rest: bytes.subarray(isStream ? behind(bytes, end) : bytes.length) }
}

/** The line feed behind a return that ended the event belongs to it. */
const behind = (bytes: Uint8Array, end: number): number =>
  bytes[end - 1] === 0x0d && bytes[end] === 0x0a ? end + 1 : end

/** What came until the first event of a stream ended, or all; `end` is where, in bytes. */
function readHead(body: Readable, cap: MessageCap): Promise<{ readonly head: readonly Bytes[]; readonly end: number }> {
  const head: Bytes[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    const done = (end: number) => {
      body.pause()
      body.off('data', take).off('end', whole).off('error', fail)
      resolve({ head, end })
    }
    const whole = () => done(size)
    const fail = (error: unknown) => (cap.isEventStream ? whole() : reject(error))
    const take = (chunk: Bytes) => {
      head.push(chunk)
      try {
        const [end] = cap.count(chunk)
        size += chunk.length
        if (end !== undefined) done(size - chunk.length + end)
      } catch (error) {
        body.destroy()
        reject(error)
      }
    }
    body.on('data', take).once('end', whole).once('error', fail)
  })
}

/** Undefined for what is not exactly one answer to the request, in its plainest form. */
function answerIn(json: string, id: string | number): JSONRPCResponse | undefined {
  const value = parsedJson(json)
  if (!isRecord(value) || value['jsonrpc'] !== '2.0' || value['id'] !== id || Object.keys(value).length !== 3)
    return undefined
  const { result, error } = value
  if (isRecord(result)) return { jsonrpc: '2.0', id, result }
  if (!isRecord(error)) return undefined
  const { code, message, data } = error
  if (typeof code !== 'number' || !Number.isSafeInteger(code) || typeof message !== 'string') return undefined
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } }
}
