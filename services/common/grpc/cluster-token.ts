import { Metadata } from 'nice-grpc'
import { HearthError } from '../errors/hearth-error.ts'
import { clusterAuthorization } from '../http/cluster-authorization.ts'

/** @throws HearthError `gateway_config_unavailable` for an empty token: it would let everybody in. */
export function requireClusterToken(token: string): string {
  if (token !== '') return token
  throw new HearthError('gateway_config_unavailable', 'Set HEARTH_CLUSTER_TOKEN to the same secret in every process.')
}

export const withClusterToken = (token: string): Metadata => Metadata({ authorization: clusterAuthorization(token) })
