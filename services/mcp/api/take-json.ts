import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { parseJsonText } from './json-text.ts'

/** JSON is the only form of a body, all else is 415; a merge patch may also say that it is one. */
export function takeJsonOnly(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  const asBytes = { parseAs: 'buffer' } as const
  scope.addContentTypeParser('application/json', asBytes, async (_request: FastifyRequest, bytes: Buffer) =>
    parseBody(bytes),
  )
  scope.addContentTypeParser(mergePatchType, asBytes, async (request: FastifyRequest, bytes: Buffer) => {
    if (request.method === 'PATCH') return parseBody(bytes)
    throw new Fastify.errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(mergePatchType)
  })
}

/** Many clients name the type of a body that they do not send, as with DELETE: that is no body. */
const parseBody = (bytes: Buffer): unknown => (bytes.length === 0 ? undefined : parseJsonText(bytes))

const mergePatchType = 'application/merge-patch+json'
