import type { Readable } from 'node:stream'
import type { JSONRPCResponse } from '@modelcontextprotocol/client'
import { isRecord } from '../../../../common/is-record.ts'
import { MessageCap } from './message-cap.ts'
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
  const head = await readHead(answered.body, { cap: new MessageCap(maxBytes, isStream), isStream })
  const bytes = head.length === 1 && head[0] !== undefined ? head[0] : Buffer.concat(head)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
  const event = isStream ? plainEventIn(text) : { data: text, length: text.length }
  const answer = event === undefined ? undefined : answerIn(event.data, id)
  if (event === undefined || answer === undefined) return { type: 'other', head }
  const rest = bytes.subarray(
    event.length === text.length ? bytes.length : Buffer.byteLength(text.slice(0, event.length)),
  )
  return { type: 'plain', answer, rest }
}

function readHead(
  body: Readable,
  { cap, isStream }: { readonly cap: MessageCap; readonly isStream: boolean },
): Promise<readonly Bytes[]> {
  const head: Bytes[] = []
  return new Promise((resolve, reject) => {
    const done = () => {
      body.pause()
      body.off('data', take).off('end', done).off('error', fail)
      resolve(head)
    }
    const fail = (error: unknown) => (isStream ? done() : reject(error))
    const take = (chunk: Bytes) => {
      head.push(chunk)
      try {
        if (cap.count(chunk).length > 0) done()
      } catch (error) {
        body.destroy()
        reject(error)
      }
    }
    body.on('data', take).once('end', done).once('error', fail)
  })
}

/** Undefined for what is not exactly one answer to the request, in its plainest form. */
function answerIn(json: string, id: string | number): JSONRPCResponse | undefined {
  const value = parsed(json)
  if (!isRecord(value) || value['jsonrpc'] !== '2.0' || value['id'] !== id || Object.keys(value).length !== 3)
    return undefined
  const { result, error } = value
  if (isRecord(result)) return { jsonrpc: '2.0', id, result }
  if (!isRecord(error)) return undefined
  const { code, message, data } = error
  if (typeof code !== 'number' || !Number.isSafeInteger(code) || typeof message !== 'string') return undefined
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
