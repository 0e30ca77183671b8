import type { Principal } from '../../common/contracts/principal.ts'
import type { ResponseAttach } from '../../common/contracts/protocol/client-messages.ts'
import type { Router } from '../../common/contracts/router.ts'
import type { RunView } from '../../common/contracts/run-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { abortable } from '../../common/lifecycle/abortable.ts'

/**
 * The run a client wants to read; undefined when it no longer does.
 * @throws HearthError `caller_not_found`; `caller_invalid_request` for a number the run has not reached.
 */
export async function findRun(
  router: Pick<Router, 'runs'>,
  { response_id: runId, starting_after: startingAfter }: ResponseAttach,
  caller: Principal,
  signal: AbortSignal,
): Promise<RunView | undefined> {
  const found = await ask(router, runId, caller, signal)
  if (signal.aborted || found === undefined) return undefined
  const [view] = found
  if (view === undefined) {
    throw new HearthError('caller_not_found', 'There is no such response, or it is no longer kept.', {
      details: { param: 'response_id' },
    })
  }
  if (startingAfter > view.lastSequenceNumber) {
    throw new HearthError('caller_invalid_request', `The response has only reached ${view.lastSequenceNumber}.`, {
      details: { param: 'starting_after' },
    })
  }
  return view
}

async function ask(
  router: Pick<Router, 'runs'>,
  runId: string,
  caller: Principal,
  signal: AbortSignal,
): Promise<readonly RunView[] | undefined> {
  try {
    return await abortable(router.runs({ runId }, caller, signal), signal)
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
