import type { IncomingMessage } from 'node:http'
import { closeCodes } from '../../services/common/contracts/protocol/close-codes.ts'
import { CliError } from './cli-error.ts'
import { refusal } from './rest.ts'

/** A connection that ended before the answer was whole, by its close code (protocol.md §1). */
export function closeError(code: number): CliError {
  const known = Object.values(closeCodes).find((row) => row.code === code)
  if (known === undefined) return new CliError('failed', `The connection was lost (${code}); try again.`)
  const { unauthenticated, forbidden } = closeCodes
  const isDenied = known.code === unauthenticated.code || known.code === forbidden.code
  const advice = known.reconnect
    ? 'try again; what was asked goes on and ends in the history'
    : 'it will not help to try again'
  return new CliError(isDenied ? 'denied' : 'failed', `${known.meaning} (close code ${code}); ${advice}.`)
}

const MAX_BODY_BYTES = 65_536

/** A handshake that was answered by HTTP instead: a problem document of Hearth, or something else. */
export async function handshakeError(response: IncomingMessage): Promise<CliError> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) break
    length += chunk.byteLength
    if (length > MAX_BODY_BYTES) break
    chunks.push(chunk)
  }
  return refusal(response.statusCode ?? 0, parseJson(Buffer.concat(chunks).toString('utf8')))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
