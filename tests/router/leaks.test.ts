import { getEventListeners } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { fakeAdapters, textScript } from '../../services/common/testing/fake-adapters.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { createRouter } from '../../services/router/router.ts'
import { profileOf, quiet, snapshotOf } from '../support/run-fixtures.ts'
import { activeTimers, startAndCancel } from '../support/start-and-cancel.ts'

const stops: (() => Promise<void>)[] = []
const warnings: Error[] = []
const onWarning = (warning: Error) => warnings.push(warning)
afterEach(async () => {
  process.off('warning', onWarning)
  for (const stop of stops.splice(0)) await stop()
})

const adapters = () => fakeAdapters({ script: () => [...textScript(['Once']).slice(0, 2), { do: 'hang' }] })
const settings = () => snapshotOf([profileOf('demo', { default: true })])

test('a thousand starts and cancels leave no timer and no listener', async () => {
  process.on('warning', onWarning)
  const fakes = adapters()
  const { router, part } = createRouter({ adapters: fakes, history: new FakeHistory(), settings, log: quiet })
  stops.push(() => part.stop(AbortSignal.abort()))
  const reading = new AbortController()
  await startAndCancel(router, 50, 10, reading.signal)
  const before = activeTimers()
  await startAndCancel(router, 1000, 10, reading.signal)
  expect(activeTimers()).toBeLessThanOrEqual(before)
  expect(getEventListeners(reading.signal, 'abort')).toEqual([])
  expect(fakes.calls.every((call) => call.ended && getEventListeners(call.signal, 'abort').length === 0)).toBe(true)
  expect(warnings).toEqual([])
}, 30_000)
