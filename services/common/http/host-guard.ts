import { isIP } from 'node:net'

/** Which Host and Origin headers a listener answers. Guards against DNS rebinding and cross-site WebSockets. */
export interface HostPolicy {
  /** Host names without port, as in `gateway.allowed_hosts`. */
  readonly allowedHosts: readonly string[]
  /** Foreign web origins, such as `https://panel.lan`. */
  readonly allowedOrigins: readonly string[]
  readonly scheme: 'http' | 'https'
}

export interface HostHeaders {
  readonly host: string | undefined
  readonly origin: string | undefined
}

export type GuardVerdict = { readonly ok: true } | { readonly ok: false; readonly message: string }

interface Authority {
  readonly name: string
  readonly port: string
}

/** `name[:port]`; undefined for anything else (RFC 9110 §7.2). */
function parseAuthority(value: string): Authority | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(value)
  if (match?.[1] === undefined) return undefined
  const name = match[1].toLowerCase()
  if (name.startsWith('[') && isIP(name.slice(1, -1)) !== 6) return undefined
  return { name: name.replace(/^\[|\]$/g, ''), port: match[2] ?? '' }
}

/** The name of a Host header when it is an IP address, without brackets and port; undefined for names. */
export function hostAsAddress(host: string | undefined): string | undefined {
  const name = host === undefined ? undefined : parseAuthority(host)?.name
  return name !== undefined && isIP(name) !== 0 ? name : undefined
}

/** The whole rule: Host always and exactly, Origin when it is sent. `null` and unparsable origins are refused. */
export function checkHost(policy: HostPolicy, { host, origin }: HostHeaders): GuardVerdict {
  const authority = host === undefined ? undefined : parseAuthority(host)
  if (authority === undefined || !policy.allowedHosts.some((name) => name.toLowerCase() === authority.name)) {
    return { ok: false, message: 'This Host is not served; add it to gateway.allowed_hosts.' }
  }
  if (origin === undefined || policy.allowedOrigins.includes(origin)) return { ok: true }
  if (isOwnOrigin(policy, authority, origin)) return { ok: true }
  return { ok: false, message: 'This Origin is not allowed; add it to gateway.allowed_origins.' }
}

/** Own origin = scheme + an allowed host + the port of the request. */
function isOwnOrigin(policy: HostPolicy, host: Authority, origin: string): boolean {
  const match = /^(https?):\/\/([^/?#@]+)$/i.exec(origin)
  const authority = match?.[2] === undefined ? undefined : parseAuthority(match[2])
  if (authority === undefined || match?.[1]?.toLowerCase() !== policy.scheme) return false
  const allowed = policy.allowedHosts.some((name) => name.toLowerCase() === authority.name)
  return allowed && authority.port === host.port
}
