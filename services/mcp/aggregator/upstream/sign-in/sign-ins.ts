import { randomBytes } from 'node:crypto'
import { auth, extractWWWAuthenticateParams, type OAuthClientProvider } from '@modelcontextprotocol/client'
import type { FilledServer } from '../../../../common/config/secret-source.ts'
import type { McpServer } from '../../../../common/contracts/mcp-server.ts'
import { HearthError } from '../../../../common/errors/hearth-error.ts'
import { Egress } from '../http/egress.ts'
import { createPinnedFetch, type PinnedFetch } from '../http/pinned-fetch.ts'
import { PinnedWire } from '../http/pinned-wire.ts'
import { type BegunSignIn, SealedProvider } from './sealed-provider.ts'
import { readSignIn, type SecretBox, writeSignIn } from './sign-in-record.ts'

const goodForMs = 10 * 60 * 1000
const maxBegun = 100
const maxWanted = 1000
const maxAnswerBytes = 1024 * 1024

export interface SignInDeps {
  readonly box: SecretBox
  /** Where the authorization server sends the person back to: an address of ours. */
  readonly redirectUrl: () => string
}

export interface SignInTarget {
  readonly server: McpServer
  readonly filled: FilledServer
  readonly url: URL
}

interface Begun {
  readonly target: SignInTarget
  readonly provider: SealedProvider
  readonly until: number
}

/** Signing in at servers that want OAuth 2.1: what is under way, and who speaks for a server that is signed in. */
export class SignIns {
  readonly #deps: SignInDeps | undefined
  readonly #clock: () => number
  readonly #begun = new Map<string, Begun>()
  /** By server: what its last call lacked, for the next sign-in (step-up). */
  readonly #wanted = new Map<string, string>()

  constructor(deps: SignInDeps | undefined, clock: () => number) {
    this.#deps = deps
    this.#clock = clock
  }

  /** For a link: undefined when nobody has signed in. */
  async providerFor(target: SignInTarget): Promise<OAuthClientProvider | undefined> {
    if (target.server.oauth?.grant === 'client_credentials') return this.#house(target)
    if (this.#deps === undefined) return undefined
    const provider = await this.#provider(this.#deps, target)
    return provider.tokens() === undefined ? undefined : provider
  }

  /** Resolves with the address to open. @throws HearthError as `UpstreamSignIn.authorize`. */
  async begin(target: SignInTarget, signal: AbortSignal): Promise<string> {
    if (this.#deps === undefined || target.server.oauth?.grant === 'client_credentials') throw nobodySignsIn(target)
    this.#forgetOld()
    const state = randomBytes(32).toString('base64url')
    const opened: { url?: URL } = {}
    const begun = { state, onRedirect: (url: URL) => void Object.assign(opened, { url }) }
    const provider = await this.#provider(this.#deps, target, begun)
    await overEgress(target, async (fetch) => {
      const fetchFn: PinnedFetch = (url, init) => fetch(url, { ...init, signal })
      const { resourceMetadataUrl, scope } = await challengeOf(target, fetchFn)
      const wanted = target.server.oauth?.scope ?? this.#wanted.get(target.server.name) ?? scope
      await auth(provider, {
        serverUrl: target.url,
        fetchFn,
        forceReauthorization: true,
        ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
        ...(wanted === undefined ? {} : { scope: wanted }),
      })
    })
    if (opened.url === undefined || !['https:', 'http:'].includes(opened.url.protocol))
      throw refused(target.server.name)
    this.#begun.set(state, { target, provider, until: this.#clock() + goodForMs })
    return opened.url.href
  }

  /** Resolves with the server's name. @throws HearthError as `UpstreamSignIn.finishAuthorization`. */
  async finish({ state, code, iss }: { state: string; code: string; iss?: string }): Promise<string> {
    this.#forgetOld()
    const begun = this.#begun.get(state)
    this.#begun.delete(state)
    if (begun === undefined) {
      throw new HearthError('caller_invalid_request', 'This sign-in is unknown, used or too old; begin it again.')
    }
    const { target, provider } = begun
    await overEgress(target, async (fetch) => {
      const answer = { authorizationCode: code, ...(iss === undefined ? {} : { iss }) }
      await auth(provider, { serverUrl: target.url, fetchFn: fetch, ...answer })
    })
    this.#wanted.delete(target.server.name)
    return target.server.name
  }

  #house(target: SignInTarget): Promise<OAuthClientProvider> | undefined {
    const { clientId, clientSecret } = target.filled
    if (clientId === undefined || clientSecret === undefined) return undefined
    return this.#provider({ box: this.#deps?.box ?? noBox, redirectUrl: () => undefined }, target)
  }

  async #provider(
    deps: Pick<SignInDeps, 'box'> & { readonly redirectUrl: () => string | undefined },
    { server, filled, url }: SignInTarget,
    begun?: BegunSignIn,
  ): Promise<SealedProvider> {
    return new SealedProvider({
      record: await readSignIn(deps.box, server.name, url.href),
      save: (record) => writeSignIn(deps.box, server.name, record),
      redirectUrl: deps.redirectUrl(),
      clientId: filled.clientId,
      clientSecret: filled.clientSecret,
      scope: server.oauth?.scope ?? null,
      onWanted: (wanted) => this.#remember(server.name, wanted),
      ...(begun === undefined ? {} : { begun }),
    })
  }

  #remember(server: string, scope: string): void {
    const [oldest] = this.#wanted.keys()
    if (oldest !== undefined && this.#wanted.size >= maxWanted) this.#wanted.delete(oldest)
    this.#wanted.set(server, scope)
  }

  #forgetOld(): void {
    const now = this.#clock()
    const [oldest] = this.#begun.keys()
    if (oldest !== undefined && this.#begun.size >= maxBegun) this.#begun.delete(oldest)
    for (const [state, { until }] of this.#begun) if (until <= now) this.#begun.delete(state)
  }
}

/** Keeps nothing. */
const noBox: SecretBox = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  remove: () => Promise.resolve(),
}

/** What the server says it wants: its answer to somebody who is not signed in. */
async function challengeOf({ url }: SignInTarget, fetch: PinnedFetch) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  })
  await response.body?.cancel()
  return response.status === 401 ? extractWWWAuthenticateParams(response) : {}
}

/** Only where the server may be reached. @throws HearthError `tool_unavailable`. */
async function overEgress({ server, url }: SignInTarget, work: (fetch: PinnedFetch) => Promise<void>): Promise<void> {
  const wire = new PinnedWire(new Egress(url.hostname, server.egress), 4)
  try {
    await work(createPinnedFetch(wire, { maxMessageBytes: maxAnswerBytes }))
  } catch (error) {
    throw refused(server.name, error)
  } finally {
    wire.close()
  }
}

const refused = (name: string, cause?: unknown): HearthError =>
  new HearthError(
    'tool_unavailable',
    `The sign-in at the MCP server ${name} failed; look at its oauth settings and whether it can be reached.`,
    { cause },
  )

const nobodySignsIn = ({ server }: SignInTarget): HearthError =>
  new HearthError('caller_unsupported_feature', `Nobody signs in at the MCP server ${server.name} with a browser.`)
