import { createHash, timingSafeEqual } from 'node:crypto'
import { Metadata } from 'nice-grpc'
import { HearthError } from '../errors/hearth-error.ts'

const scheme = 'Bearer '

/** @throws HearthError `gateway_config_unavailable` for an empty token: it would let everybody in. */
export function requireClusterToken(token: string): string {
  if (token !== '') return token
  throw new HearthError('gateway_config_unavailable', 'Set HEARTH_CLUSTER_TOKEN to the same secret in every process.')
}

export const withClusterToken = (token: string): Metadata => Metadata({ authorization: `${scheme}${token}` })

/** Takes the same time whatever the token. */
export function hasClusterToken(metadata: Metadata, token: string): boolean {
  return timingSafeEqual(digest(metadata.get('authorization') ?? ''), digest(`${scheme}${token}`))
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
