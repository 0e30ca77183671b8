import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import { createGrpcAdapterSet } from '../../../services/common/grpc/grpc-adapter-set.ts'
import { createGrpcRouter } from '../../../services/common/grpc/grpc-router.ts'
import { createGrpcServer } from '../../../services/common/grpc/grpc-server.ts'
import { fakeAdapters, textScript } from '../../../services/common/testing/fake-adapters.ts'
import { FakeHistory } from '../../../services/common/testing/fake-history.ts'
import { createRouter } from '../../../services/router/router.ts'
import { promptedAdapters } from '../../support/prompted-adapters.ts'
import { never, profileOf, quiet, snapshotOf } from '../../support/run-fixtures.ts'
import { activeTimers, startAndCancel } from '../../support/start-and-cancel.ts'

const stops: (() => Promise<void>)[] = []
const warnings: Error[] = []
const onWarning = (warning: Error) => warnings.push(warning)
afterEach(async () => {
  process.off('warning', onWarning)
  for (const stop of stops.splice(0)) await stop()
})

const adapters = () => fakeAdapters({ script: () => [...textScript(['Once']).slice(0, 2), { do: 'hang' }] })
const settings = () => snapshotOf([profileOf('demo', { default: true })])

const request: GenerateRequest = {
  runId: 'resp_1',
  attempt: 1,
  connection: 'default',
  model: 'demo',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hang' }] }],
  tools: [],
  toolChoice: { type: 'auto' },
  responseFormat: { type: 'text' },
  parameters: {},
  timeouts: { headersMs: 5000, firstTokenMs: 15_000, idleMs: 30_000, totalMs: 300_000 },
}

test('two thousand starts and cancels over gRPC leave no timer, no listener and no stream on either side', async () => {
  process.on('warning', onWarning)
  const fakes = adapters()
  const options = { host: '127.0.0.1', port: 0, clusterToken: 'cluster-secret', log: quiet }
  const adaptersServer = createGrpcServer({ adapters: fakes }, options)
  await adaptersServer.start(never)
  const far = createGrpcAdapterSet(`127.0.0.1:${adaptersServer.port}`, 'cluster-secret')
  const own = createRouter({ adapters: far.adapters, history: new FakeHistory(), settings, log: quiet })
  const routerServer = createGrpcServer({ router: own.router }, options)
  await routerServer.start(never)
  const near = createGrpcRouter(`127.0.0.1:${routerServer.port}`, 'cluster-secret')
  const parts = [near.part, own.part, routerServer, far.part, adaptersServer]
  stops.push(...parts.map((part) => () => part.stop(AbortSignal.abort())))
  const reading = new AbortController()
  await startAndCancel(near.router, 50, 10, reading.signal)
  await sleep(200)
  const before = activeTimers()
  await startAndCancel(near.router, 2000, 10, reading.signal)
  for (let tries = 0; tries < 100 && activeTimers() > before; tries += 1) await sleep(20)
  expect(activeTimers()).toBeLessThanOrEqual(before)
  expect(getEventListeners(reading.signal, 'abort')).toEqual([])
  for (let tries = 0; tries < 100 && !fakes.calls.every(({ ended }) => ended); tries += 1) await sleep(20)
  expect(fakes.calls.every(({ ended }) => ended)).toBe(true)
  expect(warnings).toEqual([])
}, 60_000)

test('a thousand streams at once over one connection', async () => {
  const options = { host: '127.0.0.1', port: 0, clusterToken: 'cluster-secret', log: quiet }
  const server = createGrpcServer({ adapters: promptedAdapters() }, options)
  await server.start(never)
  const { adapters, part } = createGrpcAdapterSet(`127.0.0.1:${server.port}`, 'cluster-secret')
  stops.push(
    () => part.stop(never),
    () => server.stop(AbortSignal.abort()),
  )
  const calling = new AbortController()
  let begun = 0
  const calls = Array.from({ length: 1000 }, async () => {
    for await (const batch of adapters.generate('demo', request, calling.signal)) begun += batch.length > 0 ? 1 : 0
  })
  const settled = Promise.allSettled(calls)
  for (let tries = 0; tries < 500 && begun < 3000; tries += 1) await sleep(20)
  expect(begun).toBe(3000)
  calling.abort()
  const results = await settled
  expect(results.every(({ status }) => status === 'rejected')).toBe(true)
}, 30_000)
