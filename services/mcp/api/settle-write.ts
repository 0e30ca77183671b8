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

/** A sync reads the store, which takes milliseconds. */
const syncMs = 30_000

/**
 * What every settings write ends with: it is audited, and once this resolves every list and call of MCP goes by it. The write
 * stands already, so a client that went away does not end this: it would be told of a failure that was none.
 */
export async function settleWrite(context: ApiContext, write: DoneWrite): Promise<void> {
  recordWrite(context, write)
  await context.aggregator.sync(AbortSignal.timeout(syncMs))
}

/** For writes that MCP does not go by, such as those of tokens. */
export function recordWrite({ store }: Pick<ApiContext, 'store'>, { principal, detail, ...rest }: DoneWrite): void {
  const text = detail === undefined ? null : JSON.stringify(detail)
  store.audit.record({ ...rest, principal: principal.id, outcome: 'ok', code: null, detail: text })
}
