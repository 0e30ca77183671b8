import type { Registry } from 'prom-client'
import { afterEach } from 'vitest'
import type { ModelProfile } from '../../services/common/contracts/model-profile.ts'
import type { Snapshot } from '../../services/common/contracts/settings.ts'
import { type FakeAdapters, fakeAdapters, textScript } from '../../services/common/testing/fake-adapters.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import type { RouterLimits } from '../../services/router/limits.ts'
import { createRouter } from '../../services/router/router.ts'
import { profileOf, quiet, snapshotOf } from '../support/run-fixtures.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

export interface RouterOptions {
  readonly adapters?: FakeAdapters
  readonly history?: FakeHistory
  readonly limits?: Partial<RouterLimits>
  readonly profile?: object
  readonly settings?: () => Snapshot | undefined
  readonly metrics?: Registry
}

/** A router over fakes, drained after the test. */
export function make(options: RouterOptions = {}) {
  const { adapters = fakeAdapters(), history = new FakeHistory() } = options
  const profile: ModelProfile = profileOf('demo', { default: true, ...options.profile })
  const settings = options.settings ?? (() => snapshotOf([profile]))
  const metrics = options.metrics === undefined ? {} : { metrics: options.metrics }
  const { router, part } = createRouter({ adapters, history, settings, log: quiet, ...metrics }, options.limits)
  stops.push(() => part.stop(AbortSignal.abort()))
  return { router, part, adapters, history }
}

/** One piece of text, then nothing until it is cancelled. */
export const hang = [...textScript(['Once']).slice(0, 2), { do: 'hang' as const }]
