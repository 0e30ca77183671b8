import { describe, expect, it } from 'vitest'
import type { Identity } from '../../services/common/contracts/identity.ts'
import { fakeRouter, textRun } from '../../services/common/testing/fake-router.ts'
import { adminToken, startGateway } from './gateway-harness.ts'

describe('a connection is closed', () => {
  it('with 4500 and without the text of the defect when a token cannot be checked for a defect of ours', async () => {
    const identity: Identity = {
      authenticate: async () => {
        throw new TypeError('secret detail')
      },
    }
    await using harness = await startGateway({ identity })
    const client = await harness.connect()
    client.send({ type: 'session.hello', auth: adminToken })
    const error = await client.next('error')
    const { code, reason } = await client.closed
    expect(error).toMatchObject({ error: { code: 'gateway_internal' } })
    expect(code).toBe(4500)
    expect(reason + JSON.stringify(error)).not.toContain('secret detail')
    expect(harness.log.some(({ level, text }) => level === 'error' && text.includes('secret detail'))).toBe(true)
  })

  it('with 4408 and gateway_slow_consumer in the reason when its client takes nothing', async () => {
    const router = fakeRouter({ script: () => textRun(Array.from({ length: 200 }, () => 'x'.repeat(60_000))) })
    await using harness = await startGateway({ router, limits: { stallMs: 200, terminateMs: 5000 } })
    const client = await harness.open()
    client.send({ type: 'response.create', stream_id: 'a', profile: 'demo', input: 'x' })
    await client.next('response.created')
    client.socket.pause()
    await expect.poll(() => router.readers, { timeout: 5000 }).toBe(0)
    client.socket.resume()
    expect(await client.closed).toMatchObject({ code: 4408, reason: expect.stringMatching(/^gateway_slow_consumer: /) })
    expect(router.cancels).toEqual([])
  })
})
