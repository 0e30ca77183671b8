import type { Aggregator, Audience } from '../../aggregator/aggregator.ts'

/** Names of the servers that are switched on and that the audience reaches. */
export function openServers(aggregator: Pick<Aggregator, 'catalog'>, { profile }: Audience): ReadonlySet<string> {
  const servers = [...aggregator.catalog().servers.values()]
  const isReached = (name: string): boolean => profile === undefined || profile.tools.servers.includes(name)
  return new Set(servers.filter(({ name, enabled }) => enabled && isReached(name)).map(({ name }) => name))
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
