import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelAdapter } from '../../../services/common/contracts/model-adapter.ts'
import type { FakeVendor } from '../../../services/common/testing/fake-vendor/fake-vendor.ts'
import { startAnthropicHarness } from '../anthropic/anthropic-harness.ts'
import { collect, never, startOpenaiHarness, textRequest } from '../openai/openai-harness.ts'

interface Harness {
  readonly vendor: FakeVendor
  readonly adapter: ModelAdapter
  stop(): Promise<void>
}

const limitMs = 500
const flowing = 'fake?tokens=10000&pace_ms=2'

describe.each<readonly [string, () => Promise<Harness>]>([
  ['openai', startOpenaiHarness],
  ['anthropic', startAnthropicHarness],
])('%s', (_name, start) => {
  let harness: Harness
  beforeAll(async () => {
    harness = await start()
  })
  afterAll(async () => {
    await harness.stop()
  })

  /** Starts a generation, aborts it when the vendor has it and `ready` holds, and says how long the vendor took to see it. */
  const abortedAfter = async (model: string, ready: (batches: number) => boolean) => {
    const controller = new AbortController()
    const index = harness.vendor.requests.length
    let batches = 0
    const running = (async () => {
      const stream = harness.adapter.generate(textRequest({ model }), controller.signal)
      for await (const _ of stream) batches += 1
    })()
    const failed = running.catch((error: unknown) => error)
    const request = await harness.vendor.request(index, AbortSignal.timeout(2000))
    while (!ready(batches)) await sleep(5)
    const abortedAtMs = performance.now()
    controller.abort()
    await request.closed
    return { error: await failed, request, tookMs: performance.now() - abortedAtMs }
  }

  describe('an abort reaches the vendor', () => {
    test.each([
      ['before headers', 'fault:headers-never', 0],
      ['silent after headers', 'fault:silence-after-headers', 1],
      ['while only comments come', 'fault:comments-only', 1],
      ['while tokens flow', flowing, 5],
      ['in a stall', 'fault:stall-mid-stream', 2],
    ])('%s', async (_phase, model, batchesBefore) => {
      const { error, request, tookMs } = await abortedAfter(model, (batches) => batches >= batchesBefore)
      expect(error).toMatchObject({ code: 'caller_cancelled' })
      expect(request.ended?.by).toBe('client')
      expect(tookMs).toBeLessThan(limitMs)
    })

    test('while nobody reads the answer, of which nothing more is told', async () => {
      const controller = new AbortController()
      const index = harness.vendor.requests.length
      const stream = harness.adapter.generate(textRequest({ model: flowing }), controller.signal)
      const iterator = stream[Symbol.asyncIterator]()
      await iterator.next()
      const request = await harness.vendor.request(index, AbortSignal.timeout(2000))
      await expect.poll(() => request.written).toBeGreaterThan(20)
      await sleep(50)
      controller.abort()
      await request.closed
      expect(request.ended?.by).toBe('client')
      await expect(iterator.next()).rejects.toMatchObject({ code: 'caller_cancelled' })
    })

    test('a reader that leaves closes the request too', async () => {
      const index = harness.vendor.requests.length
      for await (const batch of harness.adapter.generate(textRequest({ model: flowing }), never)) {
        if (batch.some(({ type }) => type === 'text-delta')) break
      }
      const request = await harness.vendor.request(index, AbortSignal.timeout(2000))
      await request.closed
      expect(request.ended?.by).toBe('client')
    })
  })

  describe('after the work', () => {
    test('answers use a socket again', async () => {
      for (let count = 0; count < 10; count++) {
        expect((await collect(harness.adapter.generate(textRequest(), never))).error).toBeUndefined()
      }
      const ports = harness.vendor.requests.slice(-10).map(({ clientPort }) => clientPort)
      expect(new Set(ports).size).toBeLessThanOrEqual(5)
    })

    test('answers leave no timer', async () => {
      const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
      await collect(harness.adapter.generate(textRequest(), never))
      await sleep(50)
      const before = timers()
      for (let count = 0; count < 10; count++) await collect(harness.adapter.generate(textRequest(), never))
      for (let tries = 0; tries < 60 && timers() > before; tries++) await sleep(50)
      expect(timers()).toBeLessThanOrEqual(before)
    })

    test('200 aborts leave sockets and timers as they were', async () => {
      await collect(harness.adapter.generate(textRequest(), never))
      const count = () => {
        const resources = process.getActiveResourcesInfo()
        return {
          timers: resources.filter((name) => name === 'Timeout').length,
          sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
        }
      }
      await sleep(50)
      const before = count()
      const openBefore = harness.vendor.openSockets()
      const models = ['fault:headers-never', 'fault:silence-after-headers', flowing]
      for (let round = 0; round < 20; round++) {
        await Promise.all(
          Array.from({ length: 10 }, async (_, index) => {
            const controller = new AbortController()
            const model = models[index % models.length] ?? 'fake'
            setTimeout(() => controller.abort(), 5 + index * 3)
            const { error } = await collect(harness.adapter.generate(textRequest({ model }), controller.signal))
            expect(error?.code).toBe('caller_cancelled')
          }),
        )
      }
      await Promise.all(harness.vendor.requests.slice(-200).map(({ closed }) => closed))
      const isAsBefore = () =>
        count().timers <= before.timers &&
        count().sockets <= before.sockets &&
        harness.vendor.openSockets() <= openBefore
      for (let tries = 0; tries < 60 && !isAsBefore(); tries++) await sleep(50)
      expect(count().timers).toBeLessThanOrEqual(before.timers)
      expect(count().sockets).toBeLessThanOrEqual(before.sockets)
      expect(harness.vendor.openSockets()).toBeLessThanOrEqual(openBefore)
    })
  })
})
