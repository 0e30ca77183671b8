import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { clusterCheck } from '../../common/http/cluster-authorization.ts'
import { sendProblem } from '../../common/http/http-server.ts'
import { problemContentType, problemOf } from '../../common/http/problem.ts'
import { versionOfTag, versionTag } from '../../common/rest/version-tag.ts'
import {
  blobParams,
  blobQuery,
  clusterRealm,
  internalPaths,
  internalPrefix,
  mediaTypeHeader,
  newBlobQuery,
  openRunWire,
  runAnswerWire,
  seamHeader,
  tokenRequest,
  wireLimits,
} from '../../common/rest/wire-schema.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { Store } from '../store/store.ts'
import { parseRequest } from './invalid-request.ts'

export interface InternalDeps {
  readonly store: Pick<Store, 'identity' | 'settings' | 'history'>
  /** HEARTH_CLUSTER_TOKEN. Empty: nothing is mounted. */
  readonly clusterToken: string | undefined
  readonly log: Logger
}

/**
 * Mounts the seams of mcp for other roles under /internal/v1: identity, settings, history. Only the cluster token opens
 * them; a user's token never does. Nothing is mounted without one.
 */
export async function registerInternal(app: FastifyInstance, deps: InternalDeps): Promise<void> {
  const { clusterToken, log } = deps
  if (clusterToken === undefined || clusterToken === '') return
  const isRole = clusterCheck(clusterToken)
  const plugin: FastifyPluginCallback = (scope, _options, done) => {
    scope.addHook('onRequest', async (request, reply) => {
      reply.header(seamHeader, 'mcp').header('Cache-Control', 'no-store')
      if (!isRole(request.headers.authorization)) throw new RoleRefused()
    })
    scope.setErrorHandler((error, _request, reply) => sendSeamError(reply, error, log))
    scope.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, bytes: Buffer) => new Uint8Array(bytes),
    )
    mountIdentity(scope, deps.store)
    mountSettings(scope, deps.store)
    mountHistory(scope, deps.store)
    mountBlobs(scope, deps.store)
    done()
  }
  await app.register(plugin, { prefix: internalPrefix })
}

/** The caller is no role of this house. */
class RoleRefused extends Error {
  override readonly name = 'RoleRefused'
}

/** A problem document with all details, so that the other end can throw the same error. */
function sendSeamError(reply: FastifyReply, error: unknown, log: Logger): FastifyReply {
  if (error instanceof RoleRefused) {
    const refusal = new HearthError('policy_unauthenticated', 'Only roles of this house may call this.')
    reply.header('WWW-Authenticate', `Bearer realm="${clusterRealm}"`)
    return reply.code(401).type(problemContentType).send(problemOf(refusal))
  }
  if (!(error instanceof HearthError)) return sendProblem(reply, error, log)
  const problem = problemOf(error)
  return reply
    .code(problem.status)
    .type(problemContentType)
    .send({ ...problem, details: error.details })
}

function mountIdentity(scope: FastifyInstance, { identity }: InternalDeps['store']): void {
  scope.post(internalPaths.authenticate, async (request) => {
    const { token } = parseRequest(tokenRequest, request.body, 'body')
    return identity.authenticate(token, request.signal)
  })
}

function mountSettings(scope: FastifyInstance, { settings }: InternalDeps['store']): void {
  scope.get(internalPaths.snapshot, async (request, reply) => {
    const snapshot = await settings.snapshot(versionOfTag(request.headers['if-none-match']), request.signal)
    if (snapshot === undefined) return reply.code(304).send()
    return reply.header('ETag', versionTag(snapshot)).send(snapshot)
  })
}

function mountHistory(scope: FastifyInstance, { history }: InternalDeps['store']): void {
  const bodyLimit = wireLimits.jsonBytes
  scope.post(internalPaths.open, { bodyLimit }, async (request) =>
    history.open(parseRequest(openRunWire, request.body, 'body'), request.signal),
  )
  scope.post(internalPaths.close, { bodyLimit }, async (request, reply) => {
    await history.close(parseRequest(runAnswerWire, request.body, 'body'))
    return reply.code(204).send()
  })
}

function mountBlobs(scope: FastifyInstance, { history }: InternalDeps['store']): void {
  scope.post(internalPaths.blobs, { bodyLimit: wireLimits.blobBytes }, async (request) => {
    const { owner, media_type } = parseRequest(newBlobQuery, request.query, 'query')
    // No body is not parsed: a blob of no bytes.
    const bytes = request.body ?? new Uint8Array(0)
    if (!(bytes instanceof Uint8Array)) {
      throw new HearthError('caller_invalid_request', 'Send the bytes as application/octet-stream.')
    }
    return { id: await history.putBlob({ owner, mediaType: media_type, bytes }) }
  })
  scope.get(`${internalPaths.blobs}/:id`, async (request, reply) => {
    const { id } = parseRequest(blobParams, request.params, 'path')
    const { owner } = parseRequest(blobQuery, request.query, 'query')
    const { bytes, mediaType } = await history.getBlob(id, owner)
    return reply
      .header(mediaTypeHeader, encodeURIComponent(mediaType))
      .type('application/octet-stream')
      .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  })
}
