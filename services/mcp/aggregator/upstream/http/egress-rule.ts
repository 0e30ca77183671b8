import { BlockList, isIP } from 'node:net'

export interface HostAddress {
  readonly address: string
  readonly family: 4 | 6
}

export type EgressVerdict =
  | { readonly ok: true; readonly addresses: readonly HostAddress[] }
  /** For people; names the host and what to change. */
  | { readonly ok: false; readonly reason: string }

/** Addresses that are never reached, whatever is declared: cloud metadata, link-local, multicast, nobody's. */
const neverIpv4 = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
] as const
const neverIpv6 = [
  ['::', 128],
  ['fe80::', 10],
  ['fd00:ec2::', 32],
  ['fd20:ce::254', 128],
  ['ff00::', 8],
] as const

/**
 * IPv6 forms that carry an IPv4 address, and the 16 bit group where it begins: mapped, IPv4-compatible (RFC 4291, 2.5.5),
 * NAT64 (RFC 6052; of one's own, RFC 8215), 6to4 (RFC 3056).
 */
const carriesIpv4 = [
  ['::ffff:0:0', 96, 6],
  ['::', 96, 6],
  ['64:ff9b::', 96, 6],
  ['64:ff9b:1::', 48, 6],
  ['2002::', 16, 1],
] as const
const privateIpv4 = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const
const privateIpv6 = [
  ['::1', 128],
  ['fc00::', 7],
] as const

type Networks = readonly (readonly [network: string, bits: number])[]

/**
 * Which addresses of a host an upstream may be reached at. `egress` empty or undefined: wherever its host points at.
 * Source: MCP security best practices, "Server-side request forgery", read 2026-11-22.
 */
export function judgeEgress(
  host: string,
  resolved: readonly HostAddress[],
  egress: readonly string[] | undefined,
): EgressVerdict {
  const reachable = resolved.filter(({ address }) => !isNever(address))
  if (reachable.length === 0) {
    const why = resolved.length === 0 ? 'has no address' : 'is a link-local or metadata address, which is never reached'
    return { ok: false, reason: `${host} ${why}` }
  }
  if (egress === undefined || egress.length === 0 || egress.some((entry) => sameHost(entry, host))) {
    return { ok: true, addresses: reachable }
  }
  const list = listOf(egress)
  const allowed = reachable.filter(({ address, family }) => list.check(address, family === 4 ? 'ipv4' : 'ipv6'))
  if (allowed.length > 0) return { ok: true, addresses: allowed }
  return { ok: false, reason: `${host} is not in the egress of this server; add it there if it may be reached` }
}

/** Is it of a network that is not the internet: private, shared, loopback, unique local? */
export const isPrivateAddress = (address: string): boolean => isIn(privateIpv4, privateIpv6, address)

const isNever = (address: string): boolean => isIn(neverIpv4, neverIpv6, address)

function isIn(ipv4: Networks, ipv6: Networks, address: string): boolean {
  const carried = carriedIpv4(address)
  if (carried !== undefined && networks(ipv4, 'ipv4').check(carried, 'ipv4')) return true
  return isIP(address) === 6 ? networks(ipv6, 'ipv6').check(address, 'ipv6') : networks(ipv4, 'ipv4').check(address)
}

function networks(all: Networks, family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const [network, bits] of all) list.addSubnet(network, bits, family)
  return list
}

/** The IPv4 address inside an IPv6 one; undefined: there is none. */
function carriedIpv4(address: string): string | undefined {
  if (isIP(address) !== 6 || ownIpv6.has(address)) return undefined
  const form = carriesIpv4.find(([network, bits]) => networks([[network, bits]], 'ipv6').check(address, 'ipv6'))
  if (form === undefined) return undefined
  const [, , begin] = form
  const [high = 0, low = 0] = groupsOf(address).slice(begin)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** Nobody's and loopback, which lie among the IPv4-compatible addresses. */
const ownIpv6 = new Set(['::', '::1'])

/** The eight groups of an IPv6 address, however it is written. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const before = groupsIn(head)
  const after = groupsIn(tail ?? '')
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

const groupsIn = (text: string): readonly number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))

const sameHost = (entry: string, host: string): boolean => entry.toLowerCase() === host.toLowerCase()

function listOf(egress: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of egress) {
    const [network = '', bits] = entry.split('/')
    const family = isIP(network)
    if (family === 0) continue
    const type = family === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(network, type)
    else if (isPrefix(bits, family)) list.addSubnet(network, Number(bits), type)
  }
  return list
}

const isPrefix = (bits: string, family: number): boolean =>
  /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32)
