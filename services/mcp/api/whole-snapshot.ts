import type { Snapshot } from '../../common/contracts/settings.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Store } from '../store/store.ts'

/** The effective settings. @throws HearthError `gateway_config_unavailable` before there are any. */
export async function wholeSnapshot(store: Pick<Store, 'settings'>, signal: AbortSignal): Promise<Snapshot> {
  const snapshot = await store.settings.snapshot(undefined, signal)
  if (snapshot !== undefined) return snapshot
  throw new HearthError('gateway_config_unavailable', 'There are no settings yet; try again in a moment.')
}
