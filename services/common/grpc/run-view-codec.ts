import { RunStatus as WireRunStatus, type RunView as WireRunView } from '../../../proto/gen/hearth/v1/run.ts'
import type { RunView } from '../contracts/run-request.ts'
import { enumCodec, present } from './wire-values.ts'

const statuses = enumCodec<RunView['status'], WireRunStatus>({
  in_progress: WireRunStatus.IN_PROGRESS,
  completed: WireRunStatus.COMPLETED,
  incomplete: WireRunStatus.INCOMPLETE,
  failed: WireRunStatus.FAILED,
  cancelled: WireRunStatus.CANCELLED,
})

export const encodeRunView = (view: RunView): WireRunView => ({ ...view, status: statuses.encode(view.status) })

export const decodeRunView = ({ lane, status, ...view }: WireRunView): RunView => ({
  ...view,
  lane: present(lane, 'lane'),
  status: statuses.decode(status),
})
