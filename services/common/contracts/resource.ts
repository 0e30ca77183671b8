import { z } from 'zod'

/** A DNS label (RFC 1123 §2.1): lower-case letters, digits and inner hyphens, ≤ 63 characters. */
export const resourceName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be a DNS label: lower-case letters, digits and inner hyphens, at most 63',
  )

/** Who owns an object: declared in config.yaml, declared in the cluster, or made through the API. */
export const origins = ['config', 'cluster', 'api'] as const
export type Origin = (typeof origins)[number]

/** What every stored object has beside its spec, on read. Times are epoch milliseconds. */
export interface ObjectMeta {
  readonly name: string
  readonly origin: Origin
  readonly revision: number
  readonly created_at: number
  readonly updated_at: number
}
