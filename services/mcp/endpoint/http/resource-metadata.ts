import type { FastifyRequest } from 'fastify'
import { scopes } from '../../../common/contracts/principal.ts'

export const metadataPath = '/.well-known/oauth-protected-resource'

/** `https://hearth.lan`: as configured, else as the client reached us; the Host was checked by the listener. */
export const baseUrlOf = ({ protocol, host }: FastifyRequest, publicUrl: string | undefined): string =>
  publicUrl?.replace(/\/+$/, '') ?? `${protocol}://${host}`

/**
 * What a client needs to know to be let in (RFC 9728). There is no authorization server: tokens are given by Hearth's own
 * pairing and API, so that member is left out, as the RFC allows.
 */
export const resourceMetadata = (base: string, path: string): Readonly<Record<string, unknown>> => ({
  resource: `${base}${path}`,
  resource_name: 'Hearth',
  bearer_methods_supported: ['header'],
  scopes_supported: [...scopes],
})

/** RFC 6750 §3, RFC 9728 §5.1. */
export const challengeOf = (metadataUrl: string, wasTokenSent: boolean): string =>
  `Bearer ${wasTokenSent ? 'error="invalid_token", ' : ''}resource_metadata="${metadataUrl}"`
