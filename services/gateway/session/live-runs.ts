import type { Principal } from '../../common/contracts/principal.ts'
import type { SessionCreated } from '../../common/contracts/protocol/server-messages.ts'
import type { Router } from '../../common/contracts/router.ts'
import { abortable } from '../../common/lifecycle/abortable.ts'
import type { GatewayLimits } from '../gateway-limits.ts'

export interface LiveRunsDeps {
  readonly router: Pick<Router, 'runs'>
  readonly limits: Pick<GatewayLimits, 'liveRuns' | 'liveRunsMs'>
  /** A router that cannot say is no reason to refuse the session. */
  readonly onUnknown: (error: unknown) => void
}

/** What a caller's runs are doing now, oldest first, the newest of very many; undefined when the router cannot say. */
export async function liveRuns(
  { router, limits, onUnknown }: LiveRunsDeps,
  caller: Principal,
  closed: AbortSignal,
): Promise<SessionCreated['live']> {
  const signal = AbortSignal.any([closed, AbortSignal.timeout(limits.liveRunsMs)])
  try {
    const views = await abortable(router.runs('live', caller, signal), signal)
    return views.slice(-limits.liveRuns).map(({ runId, lane, conversation, lastSequenceNumber }) => ({
      response_id: runId,
      stream_id: lane.streamId,
      conversation,
      last_sequence_number: lastSequenceNumber,
    }))
  } catch (error) {
    if (!closed.aborted) onUnknown(error)
    return undefined
  }
}
