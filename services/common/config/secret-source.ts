import type { McpServer, McpServerSpec } from '../contracts/mcp-server.ts'
import { fillText, namesIn } from './fill-text.ts'
import type { Variables } from './variables.ts'

/** What of an MCP server is written with references, filled: for use only, never to be kept, shown or logged. */
export interface FilledServer {
  readonly type: 'filled'
  /** Absent as in the server. */
  readonly command?: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly url?: string
  readonly env: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly clientId?: string
  readonly clientSecret?: string
}

export type ServerSecrets =
  | FilledServer
  /** A sentence for people that names what is missing, never a value. */
  | { readonly type: 'refused'; readonly reason: string }

/** Where the values of `${NAME}` in MCP servers come from, at the moment of use. */
export interface SecretSource {
  fill(server: McpServer): ServerSecrets
}

export interface SecretSourceDeps {
  /** As they are now. */
  variables(): Variables
  /** `secrets.allow`: names that servers of origin api and cluster may use. */
  allowed(): readonly string[]
}

/**
 * Servers of config.yaml may use every name, anywhere. Those of the API and the cluster may use the allowed ones, in env,
 * headers and oauth only: an address or an argument would carry a secret away. `${NAME:-default}` needs the same right,
 * so that nobody learns whether a name is set.
 */
export function createSecretSource({ variables, allowed }: SecretSourceDeps): SecretSource {
  return {
    fill: (server) => {
      const refusal = refusalOf(server, allowed())
      if (refusal !== undefined) return { type: 'refused', reason: refusal }
      const known = variables()
      const unset = unsetNames(server, known)
      if (unset.length > 0) return { type: 'refused', reason: unsetText(unset) }
      return fillServer(server, (text) => fillText(text, (name) => known.get(name)?.value).text)
    },
  }
}

/** Names that the server cannot do without and that have no value, each once. */
export const unsetNames = (server: McpServerSpec, variables: Variables): readonly string[] => [
  ...new Set(
    [...plainTexts(server), ...secretTexts(server)].flatMap(
      (text) => fillText(text, (name) => variables.get(name)?.value).missing,
    ),
  ),
]

const plainTexts = ({ command, args, cwd, url }: McpServerSpec): readonly string[] =>
  [command, ...(args ?? []), cwd, url].filter((text) => typeof text === 'string')

const secretTexts = ({ env, headers, oauth }: McpServerSpec): readonly string[] =>
  [...Object.values(env ?? {}), ...Object.values(headers ?? {}), oauth?.client_id, oauth?.client_secret].filter(
    (text) => typeof text === 'string',
  )

/** A `${NAME}` where only config.yaml may have one, and the key it stands under. */
export function nameOutsideSecrets({
  command,
  args,
  cwd,
  url,
}: McpServerSpec): { readonly key: string; readonly name: string } | undefined {
  const texts = Object.entries({ command, args: args?.join(' '), cwd, url })
  return texts.flatMap(([key, text]) => namesIn(text ?? '').map((name) => ({ key, name })))[0]
}

function refusalOf(server: McpServer, allowed: readonly string[]): string | undefined {
  if (server.origin === 'config') return undefined
  const stray = nameOutsideSecrets(server)
  if (stray !== undefined) {
    return `\${${stray.name}} stands where no secret may: what does not come from config.yaml uses names in env, headers and oauth only.`
  }
  const foreign = secretTexts(server)
    .flatMap(namesIn)
    .find((name) => !allowed.includes(name))
  if (foreign === undefined) return undefined
  return `It may not use \${${foreign}}; add ${foreign} to secrets.allow in config.yaml, or leave it out.`
}

function unsetText(names: readonly string[]): string {
  const list = names.map((name) => `\${${name}}`).join(', ')
  return `${list} ${names.length === 1 ? 'is' : 'are'} not set; set ${names.join(', ')} in the environment or .env.`
}

function fillServer(server: McpServer, fill: (text: string) => string): FilledServer {
  const { command, args, cwd, url, env, headers, oauth } = server
  const optional = (key: 'command' | 'cwd' | 'url' | 'clientId' | 'clientSecret', text: string | null | undefined) =>
    typeof text === 'string' ? { [key]: fill(text) } : {}
  return {
    type: 'filled',
    ...optional('command', command),
    args: (args ?? []).map(fill),
    ...optional('cwd', cwd),
    ...optional('url', url),
    env: fillAll(env ?? {}, fill),
    headers: fillAll(headers ?? {}, fill),
    ...optional('clientId', oauth?.client_id),
    ...optional('clientSecret', oauth?.client_secret),
  }
}

const fillAll = (texts: Readonly<Record<string, string>>, fill: (text: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text)]))
