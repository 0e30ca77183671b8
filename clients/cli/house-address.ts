import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { loadConfig } from '../../services/common/config/load-config.ts'
import type { LoadedConfig } from '../../services/common/config/loaded-config.ts'
import { isLoopback } from '../../services/common/http/is-loopback.ts'
import { CliError } from './cli-error.ts'
import type { Context, Input, Option } from './command.ts'
import { reach } from './reach.ts'

/** Where the server is, and who we are to it. */
export interface HouseAddress {
  /** `http://host:port`, without a path. */
  readonly url: string
  readonly token: string
  /** It is the server of this machine's configuration. */
  readonly isOwn: boolean
}

/** Options of every command that talks to the server. */
export const addressOptions = {
  url: { type: 'string', value: 'URL', meaning: 'Address of the server; default: the one of this machine' },
  'token-file': { type: 'string', value: 'FILE', meaning: "File with a token; default: this machine's admin token" },
} as const satisfies Readonly<Record<string, Option>>

/**
 * Address: --url, HEARTH_URL, `<data_dir>/address` of the running server, the configuration. Token: --token-file,
 * HEARTH_TOKEN, HEARTH_ADMIN_TOKEN, `<data_dir>/admin-token`. The admin token of this machine is given to this machine's
 * server and loopback addresses only.
 * @throws CliError `denied` when there is no token, `usage` for a wrong URL; ConfigError.
 */
export async function findHouse(input: Input, context: Context): Promise<HouseAddress> {
  const loaded = loadConfig(context)
  const own = await ownUrl(loaded)
  const named = input.text('url') ?? loaded.clientUrl
  const url = named === undefined ? own : parseUrl(named)
  const given = await givenToken(input, context, loaded)
  if (given !== undefined) return { url, token: given, isOwn: url === own }
  if (url !== own && !isLoopback(new URL(url).hostname)) {
    throw new CliError('denied', `Say which token ${url} may see: --token-file FILE or HEARTH_TOKEN.`)
  }
  return {
    url,
    token: loaded.secrets.adminToken ?? (await savedToken(loaded, url, context.signal)),
    isOwn: url === own,
  }
}

/** The configured address of the server, or the one it wrote when it started. */
async function ownUrl({ config, paths }: LoadedConfig): Promise<string> {
  const written = await readIfThere(join(paths.dataDir, 'address'))
  if (written !== undefined) return parseUrl(written)
  const { host, port, tls } = config.gateway
  return parseUrl(`${tls === null ? 'http' : 'https'}://${hostInUrl(host)}:${port}`)
}

/** A listening address as something one can connect to. */
export function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function parseUrl(text: string): string {
  const url = URL.parse(text.trim())
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '') {
    throw new CliError('usage', 'The address must be like http://127.0.0.1:8080.')
  }
  return url.origin
}

async function givenToken(input: Input, { userDir }: Context, { secrets }: LoadedConfig): Promise<string | undefined> {
  const file = input.text('token-file')
  if (file === undefined) return secrets.token
  const token = await readIfThere(resolve(userDir, file))
  if (token === undefined || token === '') throw new CliError('denied', `${file} holds no token; name another file.`)
  return token
}

async function savedToken({ paths }: LoadedConfig, url: string, signal: AbortSignal): Promise<string> {
  const file = join(paths.dataDir, 'admin-token')
  const token = await readIfThere(file)
  if (token !== undefined && token !== '') return token
  // A server that never ran is the likelier reason, and the better thing to say.
  await reach(url, { signal })
  throw new CliError('denied', `There is no token at ${file}; name one with --token-file or HEARTH_TOKEN.`)
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new CliError(
      'denied',
      `${file} cannot be read (${code}); run as the user of the server, or set HEARTH_TOKEN.`,
    )
  }
}
