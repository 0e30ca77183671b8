import { asHeaders } from './http-transport.ts'

/** An SDK's own timer only covers the headers; ours cover everything, so its is put out of the way. */
export const sdkTimeoutMs = 2 ** 31 - 1

const maxClients = 32

/**
 * SDK clients by the fields of their server that `partsOf` names, the longest unused one dropped first. They hold no
 * sockets: the transport does.
 */
export function cacheClients<Server, Client>(
  partsOf: (server: Server) => readonly (string | undefined)[],
  create: (server: Server) => Client,
): (server: Server) => Client {
  const clients = new Map<string, Client>()
  return (server) => {
    const key = JSON.stringify(partsOf(server))
    const client = clients.get(key) ?? create(server)
    clients.delete(key)
    clients.set(key, client)
    for (const [oldest] of clients) {
      if (clients.size <= maxClients) break
      clients.delete(oldest)
    }
    return client
  }
}

/** Those of `names`: SDKs add headers that a variable of the environment holds, and facts about this machine. */
export function onlyHeaders(headers: RequestInit['headers'], names: ReadonlySet<string>): Record<string, string> {
  const all = asHeaders(headers)
  const own: Record<string, string> = {}
  for (const name of names) {
    const value = all.get(name)
    if (value !== null) own[name] = value
  }
  return own
}
