import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { chooseEncoding } from './choose-encoding.ts'
import type { ConsoleFile, Encoding } from './console-files.ts'

/**
 * Nothing but what this listener serves: no inline script or style, no other host, no frame around it. Markup comes from
 * two places only, by the names of their policies (Trusted Types).
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html hearth-markdown',
].join('; ')

/** What the page uses of the browser: nothing that asks the person. */
const permissionsPolicy = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb']
  .map((feature) => `${feature}=()`)
  .join(', ')

const pageHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': permissionsPolicy,
} as const

const cacheControl = { immutable: 'public, max-age=31536000, immutable', asked: 'no-cache' } as const

/** One route for each file of the built page. The listener's rules for Host, Origin and URLs hold here as everywhere. */
export function registerConsole(app: FastifyInstance, files: readonly ConsoleFile[]): void {
  for (const file of files) {
    app.route({ method: ['GET', 'HEAD'], url: file.path, handler: (request, reply) => sendFile(file, request, reply) })
  }
}

function sendFile(file: ConsoleFile, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const encoding = chooseEncoding(headers['accept-encoding'], encodingsOf(file))
  const etag = `"${file.hash}-${encoding}"`
  reply
    .headers(pageHeaders)
    .header('Cache-Control', file.isImmutable ? cacheControl.immutable : cacheControl.asked)
    .header('Vary', 'Accept-Encoding')
    .header('ETag', etag)
  if (hasTag(headers['if-none-match'], etag)) return reply.code(304).send()
  if (encoding !== 'identity') reply.header('Content-Encoding', encoding)
  return reply.type(file.mediaType).send(file.bodies[encoding])
}

const encodingsOf = ({ bodies }: ConsoleFile): ReadonlySet<Encoding> =>
  new Set<Encoding>([
    'identity',
    ...(bodies.br === undefined ? [] : (['br'] as const)),
    ...(bodies.gzip === undefined ? [] : (['gzip'] as const)),
  ])

/** If-None-Match compares weakly (RFC 9110 §13.1.2). */
const hasTag = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, ''))) ?? false
