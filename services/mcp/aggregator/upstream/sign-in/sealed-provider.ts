import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import type { SignInRecord } from './sign-in-record.ts'

export interface SealedProviderOptions {
  readonly record: SignInRecord
  readonly save: (record: SignInRecord) => Promise<void>
  /** Undefined: the house signs in itself, with client credentials. */
  readonly redirectUrl: string | undefined
  /** Of a client that was registered by a person; undefined: the house registers itself. */
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
  readonly scope: string | null
  /** Of a sign-in that was begun; undefined: nobody is there to sign in, only what is kept is used. */
  readonly begun?: BegunSignIn
  /** Told the scope that is wanted when a sign-in is needed and nobody is there. */
  readonly onWanted?: (scope: string) => void
}

export interface BegunSignIn {
  readonly state: string
  readonly onRedirect: (url: URL) => void
}

/** The SDK's view of one sign-in: PKCE, refresh and registration are its business, keeping is ours. */
export class SealedProvider implements OAuthClientProvider {
  readonly #options: SealedProviderOptions
  #record: SignInRecord
  #verifier = ''
  #discovery: OAuthDiscoveryState | undefined

  constructor(options: SealedProviderOptions) {
    this.#options = options
    this.#record = options.record
  }

  get redirectUrl(): string | undefined {
    return this.#options.redirectUrl
  }

  get clientMetadata(): OAuthClientMetadata {
    const { redirectUrl, clientSecret, scope } = this.#options
    return {
      client_name: 'Hearth',
      redirect_uris: redirectUrl === undefined ? [] : [redirectUrl],
      grant_types: redirectUrl === undefined ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
      response_types: redirectUrl === undefined ? [] : ['code'],
      token_endpoint_auth_method: clientSecret === undefined ? 'none' : 'client_secret_basic',
      application_type: redirectUrl?.startsWith('http:') === true ? 'native' : 'web',
      ...(scope === null ? {} : { scope }),
    }
  }

  /** Undefined: a code is exchanged. */
  prepareTokenRequest(scope?: string): URLSearchParams | undefined {
    if (this.#options.redirectUrl !== undefined) return undefined
    return new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) })
  }

  state(): string {
    return this.#options.begun?.state ?? ''
  }

  /**
   * What the house registered for itself is of no use when a person declared another client. A client is used at the
   * authorization server where it was used first: the MCP server cannot send its secret to another one later.
   */
  clientInformation(): StoredOAuthClientInformation | undefined {
    const { clientId, clientSecret } = this.#options
    const kept = this.#record.client
    if (clientId === undefined) return kept
    const issuer = kept?.client_id === clientId && kept.issuer !== undefined ? { issuer: kept.issuer } : {}
    return { client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }), ...issuer }
  }

  async saveClientInformation(client: StoredOAuthClientInformation): Promise<void> {
    // A declared secret stays a reference in the settings; it is not kept a second time.
    const { client_secret: secret, ...rest } = client
    const kept =
      this.#options.clientId === undefined && secret !== undefined ? { ...rest, client_secret: secret } : rest
    await this.#keep({ ...this.#record, client: kept })
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#record.tokens
  }

  async saveTokens(tokens: StoredOAuthTokens): Promise<void> {
    await this.#keep({ ...this.#record, tokens })
  }

  redirectToAuthorization(url: URL): void {
    const { begun, onWanted } = this.#options
    const scope = url.searchParams.get('scope')
    if (begun !== undefined) begun.onRedirect(url)
    else if (scope !== null) onWanted?.(scope)
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }

  codeVerifier(): string {
    return this.#verifier
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovery = state
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery
  }

  async invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): Promise<void> {
    const { url, client, tokens } = this.#record
    if (scope === 'all' || scope === 'discovery') this.#discovery = undefined
    if (scope === 'all') await this.#keep({ url })
    else if (scope === 'client') await this.#keep({ url, ...(tokens === undefined ? {} : { tokens }) })
    else if (scope === 'tokens') await this.#keep({ url, ...(client === undefined ? {} : { client }) })
  }

  async #keep(record: SignInRecord): Promise<void> {
    this.#record = record
    await this.#options.save(record)
  }
}
