import { OpenAI } from 'openai'
import type { HttpTransport } from '../http-transport.ts'
import { cacheClients, onlyHeaders, sdkTimeoutMs } from '../sdk-clients.ts'

/** A server that speaks OpenAI's API, and its key. */
export interface OpenaiServer {
  /** Up to and with /v1. */
  readonly base_url: string
  /** Unset: a server that needs none. */
  readonly api_key?: string | undefined
}

/** The client of a server. */
export const createOpenaiClients = (transport: HttpTransport): ((server: OpenaiServer) => OpenAI) =>
  cacheClients(
    ({ base_url, api_key }) => [base_url, api_key],
    (server) => createClient(server, transport),
  )

const createClient = (server: OpenaiServer, transport: HttpTransport): OpenAI =>
  new OpenAI({
    baseURL: server.base_url,
    apiKey: server.api_key ?? 'no-key-needed',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: sdkTimeoutMs,
    logLevel: 'off',
    fetch: (input, init) =>
      transport.fetch(input, { ...init, signal: callerOf(init), headers: ownHeaders(init?.headers, server) }),
  })

const caller = Symbol('caller')

/** Of the options of a fetch; the SDK hands over what it does not know. */
interface CallerOption extends Pick<RequestInit, 'redirect'> {
  readonly [caller]?: AbortSignal
}

/**
 * Options of a request that `signal` ends. It goes past the SDK to our own fetch: of a signal of its own option the SDK
 * makes a composed one for every request, with weak references that the collector has to look after.
 */
export const endedBy = (signal: AbortSignal): { readonly fetchOptions: CallerOption } => ({
  fetchOptions: { [caller]: signal },
})

const callerOf = (init: (RequestInit & CallerOption) | undefined): AbortSignal | null =>
  init?.[caller] ?? init?.signal ?? null

const sent: ReadonlySet<string> = new Set(['accept', 'content-type', 'user-agent'])

/**
 * The SDK adds the headers of the variable OPENAI_CUSTOM_HEADERS, facts about this machine, and a key where there is none:
 * only the connection's own key leaves the house.
 */
const ownHeaders = (headers: RequestInit['headers'], { api_key: key }: OpenaiServer): Record<string, string> => ({
  ...onlyHeaders(headers, sent),
  ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
})
