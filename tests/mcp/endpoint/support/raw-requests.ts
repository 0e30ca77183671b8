import type { TokenName } from './endpoint-house.ts'

export interface RawOptions {
  readonly token?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  /** The message with the id of the request; of a stream the last one. */
  readonly body: unknown
}

/** One request as a client of 2026-07-28 writes it, with headers to bend. */
export function modernPost(
  url: string,
  method: string,
  params: Readonly<Record<string, unknown>>,
  { token = 'anna', path = '/mcp', headers = {} }: RawOptions = {},
): Promise<RawAnswer> {
  const { name, uri } = params
  const named = typeof name === 'string' ? name : uri
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return post(
    `${url}${path}`,
    { jsonrpc: '2.0', id: 1, method, params: { _meta, ...params } },
    {
      authorization: `Bearer ${token}`,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof named === 'string' ? { 'mcp-name': named } : {}),
      ...headers,
    },
  )
}

/** One request of a client with a session. */
export const legacyPost = (
  url: string,
  method: string,
  params: Readonly<Record<string, unknown>>,
  { token = 'anna', path = '/mcp', session, headers = {} }: RawOptions & { readonly session?: string },
): Promise<RawAnswer> =>
  post(
    `${url}${path}`,
    { jsonrpc: '2.0', id: 1, method, params },
    {
      authorization: `Bearer ${token}`,
      ...(session === undefined ? {} : { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
      ...headers,
    },
  )

/** Opens a session; its id. */
export async function initialize(url: string, token: TokenName = 'anna'): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } }
  const { headers } = await legacyPost(url, 'initialize', params, { token })
  return headers.get('mcp-session-id') ?? ''
}

export async function post(url: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<RawAnswer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : parsed(text) }
}

function parsed(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.startsWith('data: '))
  return JSON.parse(lines.at(-1)?.slice('data: '.length) ?? text)
}
