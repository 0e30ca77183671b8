import type { Principal } from '../../common/contracts/principal.ts'
import type { ApiContext } from './api-context.ts'

/** A settings write that was done, for the audit. */
export interface DoneWrite {
  readonly principal: Pick<Principal, 'id'>
  /** Such as `profile.update`. */
  readonly action: string
  readonly target: string
  /** Never a value that may be a secret. */
  readonly detail?: object
}

/** What every settings write ends with: it is audited, and once this resolves every list and call of MCP goes by it. */
export async function settleWrite(context: ApiContext, write: DoneWrite, signal: AbortSignal): Promise<void> {
  recordWrite(context, write)
  await context.aggregator.sync(signal)
}

/** For writes that MCP does not go by, such as those of tokens. */
export function recordWrite({ store }: Pick<ApiContext, 'store'>, { principal, detail, ...rest }: DoneWrite): void {
  const text = detail === undefined ? null : JSON.stringify(detail)
  store.audit.record({ ...rest, principal: principal.id, outcome: 'ok', code: null, detail: text })
}
