import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type HostAddress, isPrivateAddress, judgeEgress } from './egress-rule.ts'

/** An address that may not be reached; the message is for people. */
export class EgressError extends Error {
  override readonly name = 'EgressError'
}

/**
 * Where one upstream may be reached. A host is resolved once, what came out of it is kept: a name that points elsewhere a
 * moment later changes nothing.
 */
export class Egress {
  readonly #own: string
  readonly #allowed: readonly string[] | undefined
  readonly #known = new Map<string, Promise<readonly HostAddress[]>>()

  /** `own` is the host of the upstream's url; other hosts are those of its authorization server. */
  constructor(own: string, allowed: readonly string[] | undefined) {
    this.#own = own
    // An empty list declares nothing, and so it opens nothing either.
    this.#allowed = allowed?.length === 0 ? undefined : allowed
  }

  /** Addresses of a host (as in `URL.hostname`) that may be connected to. @throws EgressError, or that of the resolver. */
  addressesOf(hostname: string): Promise<readonly HostAddress[]> {
    const known = this.#known.get(hostname)
    if (known !== undefined) return known
    const found = this.#find(hostname)
    this.#known.set(hostname, found)
    found.catch(() => this.#known.delete(hostname))
    return found
  }

  async #find(hostname: string): Promise<readonly HostAddress[]> {
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    const verdict = judgeEgress(host, await resolve(host), this.#allowed)
    if (!verdict.ok) throw new EgressError(verdict.reason)
    if (hostname !== this.#own && this.#allowed === undefined) await this.#refuseInward(host, verdict.addresses)
    return verdict.addresses
  }

  /** A server of the internet must not send us into the house. */
  async #refuseInward(host: string, addresses: readonly HostAddress[]): Promise<void> {
    if (!addresses.some(({ address }) => isPrivateAddress(address))) return
    const own = await this.addressesOf(this.#own)
    if (own.every(({ address }) => isPrivateAddress(address))) return
    throw new EgressError(`${host} is inside the house, its server is not; add it to the egress if it may be reached`)
  }
}

async function resolve(host: string): Promise<readonly HostAddress[]> {
  const family = isIP(host)
  if (family === 4 || family === 6) return [{ address: host, family }]
  const found = await lookup(host, { all: true })
  return found.map(({ address, family: of }) => ({ address, family: of === 6 ? 6 : 4 }))
}
