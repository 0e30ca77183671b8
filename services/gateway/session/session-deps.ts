import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Identity } from '../../common/contracts/identity.ts'
import type { Router } from '../../common/contracts/router.ts'
import type { Snapshot } from '../../common/contracts/settings.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { GatewayLimits } from '../gateway-limits.ts'
import type { GatewayMetrics } from '../gateway-metrics.ts'
import type { ConversationNews } from '../news/conversation-news.ts'
import type { MergePolicy } from '../sending/merge-policy.ts'
import type { UploadBudget } from '../uploads/upload-budget.ts'
import type { Membership } from './membership.ts'
import type { ResumeBook } from './resume-book.ts'

/** What all sessions of a gateway share. */
export interface SharedDeps {
  readonly router: Router
  readonly identity: Identity
  readonly snapshot: () => Snapshot | undefined
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  readonly log: Logger
  readonly metrics: GatewayMetrics
  readonly limits: GatewayLimits
  readonly merge: MergePolicy['merge']
  readonly lanes: number
  readonly queuedPerLane: number
  readonly version: string
  readonly stopped: AbortSignal
  readonly resumeBook: ResumeBook
  readonly news: ConversationNews
  readonly uploadBudget: UploadBudget
}

/** What the handshake leaves. */
export interface Arrival {
  /** Of the token in a header, if there was one; else the hello must bring it. */
  readonly membership: Membership
  readonly socket: WebSocket
  readonly raw: Duplex
}
