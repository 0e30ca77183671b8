import type { FastifyInstance } from 'fastify'
import type { History } from '../../common/contracts/history.ts'
import type { Identity } from '../../common/contracts/identity.ts'
import type { Principal } from '../../common/contracts/principal.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { bearerToken } from './bearer-token.ts'

export interface BlobRouteDeps {
  readonly identity: Identity
  readonly history: Pick<History, 'getBlob'>
}

/** Types a browser may show; everything else is a download. */
const shownTypes = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])

/** `GET /v1/blobs/:id`: kept bytes, for their owner only. The same id always means the same bytes. */
export function registerBlobRoute(app: FastifyInstance, { identity, history }: BlobRouteDeps): void {
  app.get<{ Params: { id: string } }>('/v1/blobs/:id', async (request, reply) => {
    const closed = new AbortController()
    request.raw.once('close', () => closed.abort())
    const principal = await authenticate(identity, request.headers.authorization, closed.signal)
    const blob = await history.getBlob(request.params.id, principal.id)
    const etag = `"${blob.id}"`
    reply
      .header('ETag', etag)
      .header('Cache-Control', 'private, max-age=31536000, immutable')
      .header('X-Content-Type-Options', 'nosniff')
      .header('Content-Security-Policy', "default-src 'none'; sandbox")
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    if (shownTypes.has(blob.mediaType)) return reply.type(blob.mediaType).send(Buffer.from(blob.bytes))
    return reply
      .type('application/octet-stream')
      .header('Content-Disposition', 'attachment')
      .send(Buffer.from(blob.bytes))
  })
}

async function authenticate(identity: Identity, header: string | undefined, signal: AbortSignal): Promise<Principal> {
  const token = bearerToken(header)
  if (token === undefined) {
    throw new HearthError('policy_unauthenticated', 'Send a token as Authorization: Bearer.')
  }
  const principal = await identity.authenticate(token, signal)
  if (principal.scopes.some((scope) => scope === 'chat' || scope === 'read' || scope === 'admin')) return principal
  throw new HearthError('policy_access_denied', 'The token needs the scope chat or read.')
}
