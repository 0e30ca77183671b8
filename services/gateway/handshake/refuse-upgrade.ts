import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeInStages } from '../../common/http/close-in-stages.ts'
import { problemContentType, problemOf, retryAfterHeader } from '../../common/http/problem.ts'
import type { Refusal } from './judge-upgrade.ts'

/** How long a refused client may take to read why, milliseconds. */
const lingerMs = 1000

/** Answers a handshake with a problem document and closes the socket. */
export function refuseUpgrade(socket: Duplex, { error, status }: Refusal): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const problem = problemOf(error, status)
  const body = JSON.stringify(problem)
  const retryAfter = retryAfterHeader(error, problem.status)
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Refused'}`,
    'Connection: close',
    `Content-Type: ${problemContentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
    ...(problem.status === 401 ? ['WWW-Authenticate: Bearer'] : []),
  ]
  closeInStages(socket, lingerMs, `${lines.join('\r\n')}\r\n\r\n${body}`)
}
