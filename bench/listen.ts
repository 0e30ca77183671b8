import { once } from 'node:events'
import type { Server } from 'node:http'

/** Listens on a free port of the loopback; resolves with the address, such as `http://127.0.0.1:40123`. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A listener without a port.')
  return `http://127.0.0.1:${address.port}`
}

/** Ends this process when its standard input ends: with the process that started it, however that ended. */
export function endWithParent(): void {
  process.stdin.on('end', () => process.exit(0)).resume()
}
