import type { Aggregator, Audience } from '../../aggregator/aggregator.ts'

/** Is the server switched on, and does the audience reach it? */
export function isOpen(aggregator: Pick<Aggregator, 'catalog'>, { profile }: Audience, server: string): boolean {
  const isReached = profile === undefined || profile.tools.servers.includes(server)
  return isReached && aggregator.catalog().servers.get(server)?.enabled === true
}

/** Names of the servers that are. */
export function openServers(aggregator: Pick<Aggregator, 'catalog'>, audience: Audience): ReadonlySet<string> {
  const names = [...aggregator.catalog().servers.keys()]
  return new Set(names.filter((name) => isOpen(aggregator, audience, name)))
}

/**
 * May a call that waits for its client go on now, by what is switched on and in reach now? `servers`: one of these has
 * it under way.
 */
export function mayGoOn(
  aggregator: Pick<Aggregator, 'catalog' | 'refusal'>,
  { method, name }: { readonly method: string; readonly name: string },
  { audience, servers }: { readonly audience: Audience; readonly servers: ReadonlySet<string> },
): boolean {
  if (method === 'tools/call') return aggregator.refusal(name, audience) === undefined
  return servers.isSubsetOf(openServers(aggregator, audience))
}
