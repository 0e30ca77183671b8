import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createToolServer, type Listening, listen } from './http-servers.ts'

export interface ProtectedServer extends Listening {
  /** Bodies of requests for tokens. */
  readonly tokenRequests: URLSearchParams[]
  readonly registrations: unknown[]
  /** Headers as the authorization server saw them. */
  readonly seenByAuthorization: IncomingMessage['headers'][]
  /** Nobody is let in any more with the tokens that were given so far. */
  expire(): void
}

/** An MCP server that lets in who has a token of its authorization server, which is at another port. */
export async function listenProtected(): Promise<ProtectedServer> {
  const good = new Set<string>()
  const challenges = new Map<string, string>()
  const tokenRequests: URLSearchParams[] = []
  const registrations: unknown[] = []
  const seenByAuthorization: IncomingMessage['headers'][] = []
  const json = (response: ServerResponse, body: object, status = 200) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

  const grant = (request: URLSearchParams): object | undefined => {
    tokenRequests.push(request)
    const challenge = createHash('sha256')
      .update(request.get('code_verifier') ?? '')
      .digest('base64url')
    const isGood =
      request.get('grant_type') === 'authorization_code'
        ? challenges.get(request.get('code') ?? '') === challenge
        : ['refresh_token', 'client_credentials'].includes(request.get('grant_type') ?? '')
    if (!isGood) return undefined
    const token = randomUUID()
    good.add(token)
    return { access_token: token, token_type: 'Bearer', expires_in: 3600, refresh_token: randomUUID() }
  }

  const pages: Readonly<Record<string, (url: URL, body: string, response: ServerResponse) => void>> = {
    '/register': (_url, body, response) => {
      const asked = JSON.parse(body) as object
      registrations.push(asked)
      json(response, { ...asked, client_id: 'registered' }, 201)
    },
    '/token': (_url, body, response) => {
      const granted = grant(new URLSearchParams(body))
      json(response, granted ?? { error: 'invalid_grant' }, granted === undefined ? 400 : 200)
    },
    '/.well-known/oauth-authorization-server': (url, _body, response) => json(response, metadataOf(url.origin)),
    '/authorize': (url, _body, response) => {
      const code = randomUUID()
      challenges.set(code, url.searchParams.get('code_challenge') ?? '')
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      back.search = new URLSearchParams({
        code,
        state: url.searchParams.get('state') ?? '',
        iss: url.origin,
      }).toString()
      response.writeHead(302, { location: back.href }).end()
    },
  }
  const authorization = await listen((request, response) => {
    seenByAuthorization.push(request.headers)
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    const page = pages[url.pathname]
    if (page === undefined) response.writeHead(404).end()
    else void text(request).then((body) => page(url, body, response))
  })

  const handler = toNodeHandler(createMcpHandler(() => createToolServer({ aborted: [] }), { legacy: 'reject' }))
  const resource = await listen((request, response) => {
    const origin = `http://127.0.0.1:${resource.port}`
    if (request.url === '/.well-known/oauth-protected-resource/mcp') {
      json(response, { resource: `${origin}/mcp`, authorization_servers: [`http://127.0.0.1:${authorization.port}`] })
    } else if (good.has((request.headers.authorization ?? '').replace('Bearer ', ''))) {
      void handler(request as NodeIncomingMessageLike, response)
    } else {
      const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`
      response
        .writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${metadata}", scope="tools:call"` })
        .end()
    }
  })
  return { ...resource, tokenRequests, registrations, seenByAuthorization, expire: () => good.clear() }
}

const metadataOf = (origin: string): object => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  registration_endpoint: `${origin}/register`,
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
  authorization_response_iss_parameter_supported: true,
})
