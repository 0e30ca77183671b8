import { describe, expect, it } from 'vitest'
import { fingerprint, IdempotencyCache, idempotencyKey } from '../../../services/mcp/api/idempotency-cache.ts'
import type { Answer } from '../../../services/mcp/api/route.ts'

const json = (body: unknown): Answer => ({ type: 'json', status: 201, body })

function setUp(limits: { maxEntries?: number; maxCharacters?: number } = {}) {
  let now = 0
  let worked = 0
  const cache = new IdempotencyCache({ clock: () => now, ...limits })
  const send = (key: string, change: { owner?: string; body?: unknown; isSecret?: boolean; size?: number } = {}) =>
    cache.answer(
      {
        owner: change.owner ?? 'user:anna',
        key,
        fingerprint: fingerprint('POST', '/profiles', change.body ?? {}),
        isSecret: change.isSecret ?? false,
      },
      async () => {
        worked += 1
        return json({ made: worked, padding: 'x'.repeat(change.size ?? 0) })
      },
    )
  return { cache, send, advance: (ms: number) => (now += ms), worked: () => worked }
}

const minute = 60_000
const day = 24 * 60 * minute

describe('idempotency cache', () => {
  it('answers the same request under the same key once', async () => {
    const { send, worked } = setUp()
    const answers = [await send('k'), await send('k'), ...(await Promise.all([send('k'), send('k')]))]
    expect(new Set(answers).size).toBe(1)
    expect(worked()).toBe(1)
  })

  it('lets a second request under the same key wait for the first', async () => {
    const { send, worked } = setUp()
    const [first, second] = await Promise.all([send('k'), send('k')])
    expect(second).toBe(first)
    expect(worked()).toBe(1)
  })

  it('refuses another body under the same key', async () => {
    const { send } = setUp()
    await send('k')
    await expect(send('k', { body: { other: true } })).rejects.toMatchObject({ code: 'caller_conflict' })
  })

  it('keeps the keys of two principals apart', async () => {
    const { send, worked } = setUp()
    await send('k')
    await send('k', { owner: 'user:ben', body: { other: true } })
    expect(worked()).toBe(2)
  })

  it('keeps an answer for 24 hours', async () => {
    const { send, advance, worked } = setUp()
    await send('k')
    advance(day - 1)
    await send('k')
    expect(worked()).toBe(1)
    advance(1)
    await send('k')
    expect(worked()).toBe(2)
  })

  it('forgets a secret after ten minutes, and still does not work twice', async () => {
    const { send, advance, worked } = setUp()
    await send('k', { isSecret: true })
    advance(10 * minute)
    await expect(send('k', { isSecret: true })).rejects.toMatchObject({ code: 'caller_conflict' })
    expect(worked()).toBe(1)
  })

  it('forgets a failure, so that the request can be sent again', async () => {
    const { cache, send, worked } = setUp()
    const request = { owner: 'user:anna', key: 'k', fingerprint: fingerprint('POST', '/profiles', {}), isSecret: false }
    const failing = cache.answer(request, async () => {
      throw new Error('the disk is full')
    })
    await expect(failing).rejects.toThrow('the disk is full')
    await send('k')
    expect(worked()).toBe(1)
  })

  it('keeps a bounded number of keys, the newest', async () => {
    const { send, worked } = setUp({ maxEntries: 3 })
    for (const key of ['a', 'b', 'c', 'd']) await send(key)
    await send('d')
    expect(worked()).toBe(4)
    await send('a')
    expect(worked()).toBe(5)
  })

  it('keeps a bounded number of characters', async () => {
    const { send, worked } = setUp({ maxCharacters: 1000 })
    await send('a', { size: 600 })
    await send('b', { size: 600 })
    await send('b', { size: 600 })
    expect(worked()).toBe(2)
    await send('a', { size: 600 })
    expect(worked()).toBe(3)
  })

  it.each(['', 'a b', 'ä', 'x'.repeat(256)])('refuses the key "%s"', (key) => {
    expect(() => idempotencyKey(key)).toThrow('Idempotency-Key')
  })
})
