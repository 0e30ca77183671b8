import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { errorAnswer } from './error-answer.ts'

/** What no route takes: 405 where another method would do, else 404. */
export function refuseUnknownPath(scope: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0] ?? ''
  const url = path.replace(/^\/v1\/models\/[^/]+$/, '/v1/models/:id')
  const allowed = (['GET', 'POST'] as const).filter((method) => scope.hasRoute({ method, url }))
  if (allowed.length > 0) reply.header('allow', allowed.join(', '))
  const [code, message, status] =
    allowed.length > 0
      ? (['caller_invalid_request', `${path} takes ${allowed.join(' or ')}.`, 405] as const)
      : (['caller_not_found', `There is nothing at ${request.method} ${path}.`, 404] as const)
  const answer = errorAnswer(new HearthError(code, message), status)
  return reply.code(answer.status).headers(answer.headers).send(answer.body)
}
