import type { LocalConnection } from '../../../common/config/config-schema.ts'

/** A connection to a server of this house. */
export type ServerConnection = LocalConnection & { readonly base_url: string }

/** Any other is the embedded engine. */
export const isServer = (connection: LocalConnection): connection is ServerConnection => connection.base_url !== null

export const connectionPath = (name: string): string => `adapters.local.connections.${name}`
