import type { Config } from '../../common/config/config-schema.ts'
import type { RunEvent } from '../../common/contracts/run-event.ts'
import type { GatewayLimits } from '../gateway-limits.ts'
import { joinDeltas } from './join-deltas.ts'
import type { LoopLag } from './loop-lag.ts'

/** What becomes of a batch on its way out: `gateway.merge`. */
export interface MergePolicy {
  /** Waiting bytes above which a client is read for no further: what is still in the run log can be joined. */
  readonly softQueueBytes: number
  /** `isBehind`: this client had to be waited for, or something waits for it still. */
  readonly merge: (events: readonly RunEvent[], isBehind: boolean) => readonly RunEvent[]
}

/**
 * `auto` joins adjacent deltas while the client or this process lags, so that nothing waits for it and an idle server
 * sends every token as it came; `never` leaves them one by one.
 */
export function mergePolicy(
  mode: Config['gateway']['merge'],
  limits: Pick<GatewayLimits, 'softQueueBytes' | 'mergeQueueBytes'>,
  lag: Pick<LoopLag, 'isLagging'>,
): MergePolicy {
  if (mode === 'never') return { softQueueBytes: limits.softQueueBytes, merge: (events) => events }
  return {
    softQueueBytes: Math.min(limits.softQueueBytes, limits.mergeQueueBytes),
    merge: (events, isBehind) => (events.length > 1 && (isBehind || lag.isLagging) ? joinDeltas(events) : events),
  }
}
