/** `::ffff:10.0.0.1` is 10.0.0.1. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

/** Who connects: the peer, or the address a trusted proxy names last in X-Forwarded-For. */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: readonly string[],
): string {
  const address = plain(peer ?? 'unknown')
  const named = trustedProxies.includes(address) ? forwardedFor?.split(',').at(-1)?.trim() : undefined
  return named === undefined || named === '' ? address : plain(named)
}
