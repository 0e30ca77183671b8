import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { sendProblem } from '../../common/http/http-server.ts'
import { problemContentType, problemOf } from '../../common/http/problem.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { RevisionMismatch } from '../store/revision-mismatch.ts'
import { isUnchanged, revisionTag } from './entity-tag.ts'
import { PreconditionFailed } from './preconditions.ts'
import type { Answer, Route } from './route.ts'
import { allowedMethods, apiPrefix } from './route-table.ts'

interface AnswerContext {
  readonly ifNoneMatch: string | undefined
  readonly isRead: boolean
  readonly isSecret: boolean
}

/** Sends what a route answered; a read that the client has already becomes 304. */
export function sendAnswer(reply: FastifyReply, answer: Answer, context: AnswerContext): FastifyReply {
  reply.header('Cache-Control', context.isSecret ? 'no-store' : 'private, no-cache').header('Vary', 'Authorization')
  if ('tag' in answer && answer.tag !== undefined) {
    reply.header('ETag', answer.tag)
    const isNamed = !('isVolatile' in answer && answer.isVolatile === true)
    if (context.isRead && isNamed && isUnchanged(context.ifNoneMatch, answer.tag)) return reply.code(304).send()
  }
  switch (answer.type) {
    case 'empty':
      return reply.code(204).send()
    case 'unchanged':
      return reply.code(304).send()
    case 'json':
      if (answer.location !== undefined) reply.header('Location', answer.location)
      return reply.code(answer.status).type('application/json; charset=utf-8').send(JSON.stringify(answer.body))
    case 'bytes':
      return sendBytes(reply, answer)
    case 'file':
      return reply
        .header('Content-Disposition', `attachment; filename="${answer.name}"`)
        .type('application/json; charset=utf-8')
        .send(Readable.from(answer.json))
    case 'html':
      return sendPage(reply, answer)
  }
}

function sendPage(reply: FastifyReply, { html, contentSecurityPolicy, vary }: Extract<Answer, { type: 'html' }>) {
  if (vary !== undefined) reply.header('Vary', `Authorization, ${vary}`)
  return reply.header('Content-Security-Policy', contentSecurityPolicy).type('text/html; charset=utf-8').send(html)
}

/** Bytes come from models and people: nothing in them may run, and only pictures are shown in place. */
function sendBytes(reply: FastifyReply, { bytes, mediaType }: Extract<Answer, { type: 'bytes' }>): FastifyReply {
  const isPicture = /^image\/(png|jpeg|webp|gif)$/.test(mediaType)
  return reply
    .header('Cache-Control', 'private, max-age=31536000, immutable')
    .header('X-Content-Type-Options', 'nosniff')
    .header('Content-Security-Policy', "default-src 'none'; sandbox")
    .header('Content-Disposition', isPicture ? 'inline' : 'attachment')
    .type(mediaType)
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

/** Any failure as a problem document; a lost update is 412 and says where the object is now. */
export function sendFailure(reply: FastifyReply, error: unknown, log: Logger): FastifyReply {
  const isLost = error instanceof RevisionMismatch || error instanceof PreconditionFailed
  if (!isLost) return sendProblem(reply, error, log)
  const problem = problemOf(new HearthError('caller_conflict', error.message), 412)
  if (error.current === undefined) return reply.code(412).type(problemContentType).send(problem)
  return reply
    .code(412)
    .header('ETag', revisionTag(error.current))
    .type(problemContentType)
    .send({ ...problem, current_revision: error.current })
}

/** No route took the request: the path is unknown (404) or takes other methods (405 with Allow). */
export function sendNothingHere(routes: readonly Route[], request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = (request.url.split('?', 1)[0] ?? '').slice(apiPrefix.length)
  const methods = allowedMethods(routes, path)
  if (methods.length === 0) {
    throw new HearthError('caller_not_found', 'The API has no such path; see /api/v1/ for those it has.')
  }
  const allow = methods.join(', ')
  const message = `This path takes ${allow}.`
  return reply
    .code(405)
    .header('Allow', allow)
    .type(problemContentType)
    .send(problemOf(new HearthError('caller_invalid_request', message), 405))
}
