import { setTimeout as sleep } from 'node:timers/promises'
import { OpenAI } from 'openai'
import { describe, expect, test } from 'vitest'
import { type FakeVendor, startFakeVendor } from '../../../services/common/testing/fake-vendor/fake-vendor.ts'
import { scenarioOfModel } from '../../../services/common/testing/fake-vendor/scenario.ts'

const never = new AbortController().signal
const clientOf = (vendor: FakeVendor) => new OpenAI({ baseURL: vendor.baseUrl, apiKey: 'test-key', maxRetries: 0 })
const ask = (vendor: FakeVendor, model: string) =>
  clientOf(vendor).chat.completions.create({
    model,
    stream: true,
    messages: [{ role: 'user', content: 'hello' }],
  })

describe('the fake vendor', () => {
  test('speaks to the unmodified SDK', async () => {
    const vendor = await startFakeVendor()
    let text = ''
    let usage = 0
    for await (const chunk of await ask(vendor, 'fake?tokens=3')) {
      text += chunk.choices[0]?.delta.content ?? ''
      usage = chunk.usage?.completion_tokens ?? usage
    }
    expect(text).toBe('w0 w1 w2 ')
    expect(usage).toBe(3)
    const [seen] = vendor.requests
    expect(seen).toMatchObject({ path: '/v1/chat/completions', model: 'fake?tokens=3', ended: { by: 'vendor' } })
    expect(seen?.headers.authorization).toBe('Bearer test-key')
    await vendor.stop()
    expect(vendor.openSockets()).toBe(0)
  })

  test('answers with errors the SDK knows', async () => {
    const vendor = await startFakeVendor()
    await expect(ask(vendor, 'status:429?retry_after=3&code=slow')).rejects.toMatchObject({ status: 429, code: 'slow' })
    await expect(clientOf(vendor).models.list()).rejects.toMatchObject({ status: 404 })
    await vendor.stop()
  })

  test('a scenario holds for every request whose model says nothing', async () => {
    const vendor = await startFakeVendor()
    vendor.use({ status: 500 })
    await expect(ask(vendor, 'any')).rejects.toMatchObject({ status: 500 })
    vendor.use({})
    await expect(ask(vendor, 'any')).resolves.toBeDefined()
    await vendor.stop()
  })

  test('says when the client left, and how far the answer came', async () => {
    const vendor = await startFakeVendor()
    const controller = new AbortController()
    const body = { model: 'fake?tokens=10000&pace_ms=5', stream: true }
    const asked = fetch(`${vendor.baseUrl}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: controller.signal,
    })
    const seen = await vendor.request(0, AbortSignal.timeout(2000))
    await asked
    await sleep(50)
    controller.abort()
    await seen.closed
    expect(seen.ended?.by).toBe('client')
    expect(seen.written).toBeGreaterThan(0)
    expect(seen.written).toBeLessThan(10_000)
    await vendor.stop()
  })

  test('stops in the middle of everything and leaves nothing open', async () => {
    const vendor = await startFakeVendor()
    const models = ['fault:headers-never', 'fault:silence-after-headers', 'fault:comments-only', 'fake?pace_ms=100']
    const asked = models.map((model) =>
      ask(vendor, model)
        .then(drain)
        .catch(() => 'cut'),
    )
    await vendor.request(models.length - 1, AbortSignal.timeout(2000))
    await vendor.stop()
    expect(await Promise.all(asked)).toHaveLength(models.length)
    expect(vendor.openSockets()).toBe(0)
    await expect(vendor.request(99, AbortSignal.timeout(10))).rejects.toThrow()
  })

  test('a fault that does not exist is told', () => {
    expect(() => scenarioOfModel('fault:nonsense')).toThrow(/stall-mid-stream/)
    expect(scenarioOfModel('fault:stall-mid-stream?after=9')).toMatchObject({ fault: 'stall-mid-stream', after: 9 })
  })
})

const drain = async (stream: AsyncIterable<unknown>): Promise<string> => {
  for await (const _ of stream) if (never.aborted) break
  return 'ended'
}
