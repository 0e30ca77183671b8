import type { Registry } from 'prom-client'
import type { Identity } from '../../common/contracts/identity.ts'
import type { SettingsMirror } from '../../common/settings/settings-mirror.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { Aggregator } from '../aggregator/aggregator.ts'
import type { Audit } from '../store/store.ts'
import type { OwnResources, OwnTool } from './own-parts.ts'

export interface OwnParts {
  readonly tools: readonly OwnTool[]
  readonly resources: OwnResources
}

export interface McpEndpointDeps {
  readonly aggregator: Aggregator
  readonly own: OwnParts
  readonly identity: Identity
  /** Effective settings: the profiles that a caller may see, and which credentials are still alive. */
  readonly settings: Pick<SettingsMirror, 'current' | 'onSwap'>
  /** 32 bytes; what was sealed with another key is refused. */
  readonly sealKey: Uint8Array
  readonly audit: Pick<Audit, 'record'>
  readonly log: Logger
  /** Absent: nothing is counted. */
  readonly metrics?: Registry
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Of Hearth, told to clients. */
  readonly version: string
  /** Where clients reach this listener, such as `https://hearth.lan`. Default: what the request's Host says. */
  readonly publicUrl?: string
  readonly limits?: Partial<EndpointLimits>
}

/** Upper bounds. Those per token count by credential: a token, or a paired device with all its sessions. */
export interface EndpointLimits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number
  /** Nesting of arrays and objects in a body. */
  readonly jsonDepth: number
  /** Bytes that wait for a client that reads too slowly; with more its connection is cut. */
  readonly unsentBytes: number
  readonly callsPerToken: number
  readonly listsPerMinute: number
  readonly listenersPerToken: number
  readonly listeners: number
  readonly sessionsPerToken: number
  readonly sessions: number
  /** A session that nobody uses ends after so long, milliseconds. */
  readonly sessionIdleMs: number
  /** Resources that one client may watch. */
  readonly watchedPerClient: number
  /** Calls that wait for an answer of a person, with their upstream's half open. */
  readonly parkedPerToken: number
  readonly parked: number
  /** How long such a call waits, and how long a sealed state is good, milliseconds. */
  readonly stateTtlMs: number
  /** Items of one page of a list. */
  readonly pageSize: number
  /** How long a client may keep a list without asking, milliseconds; changes are told at once. */
  readonly listTtlMs: number
  readonly keepAliveMs: number
}

export const defaultLimits: EndpointLimits = {
  bodyBytes: 4 * 1024 * 1024,
  jsonDepth: 64,
  unsentBytes: 4 * 1024 * 1024,
  callsPerToken: 256,
  listsPerMinute: 60_000,
  listenersPerToken: 1024,
  listeners: 4096,
  sessionsPerToken: 1024,
  sessions: 4096,
  sessionIdleMs: 30 * 60_000,
  watchedPerClient: 256,
  parkedPerToken: 16,
  parked: 256,
  stateTtlMs: 10 * 60_000,
  pageSize: 1000,
  listTtlMs: 1000,
  keepAliveMs: 15_000,
}
