import type { Duplex } from 'node:stream'

/**
 * Ends our half of a connection, after `lastBytes`, and reads on until the peer has ended its own, at most `wholeMs`.
 * A socket that is closed while the peer still sends is reset, and a reset throws away what the peer has not yet read:
 * it would never learn why it was refused (RFC 9112 section 9.6).
 */
export function closeInStages(socket: Duplex, wholeMs: number, lastBytes?: string): void {
  const timer = setTimeout(() => socket.destroy(), wholeMs)
  socket.once('close', () => clearTimeout(timer))
  socket.once('end', () => socket.destroy())
  socket.end(lastBytes)
  socket.resume()
}
