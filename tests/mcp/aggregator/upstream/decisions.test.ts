import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exceedsBytes } from '../../../../services/mcp/aggregator/upstream/exchange/exceeds-bytes.ts'
import { outputMismatch } from '../../../../services/mcp/aggregator/upstream/exchange/output-mismatch.ts'
import { stripMeta } from '../../../../services/mcp/aggregator/upstream/exchange/strip-meta.ts'
import {
  admit,
  type Health,
  type HealthEvent,
  stepHealth,
  wellHealth,
} from '../../../../services/mcp/aggregator/upstream/health.ts'
import { judgeEgress } from '../../../../services/mcp/aggregator/upstream/http/egress-rule.ts'
import { BodyTooLarge, MessageCap } from '../../../../services/mcp/aggregator/upstream/http/message-cap.ts'
import { oneLine } from '../../../../services/mcp/aggregator/upstream/one-line.ts'
import { reachHash } from '../../../../services/mcp/aggregator/upstream/reach.ts'
import { Slots } from '../../../../services/mcp/aggregator/upstream/slots.ts'
import { LineReader } from '../../../../services/mcp/aggregator/upstream/stdio/line-reader.ts'
import { serverOf } from './pool-house.ts'

describe('health', () => {
  const events: fc.Arbitrary<HealthEvent> = fc.oneof(
    fc.constantFrom<HealthEvent>({ type: 'died' }, { type: 'start_failed' }, { type: 'hung' }, { type: 'trial_void' }),
    fc.boolean().map((settled): HealthEvent => ({ type: 'answered', settled })),
  )

  test('refuses for at most 6 minutes, never in the past, and whatever happened one good start mends it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(events, fc.nat(400_000), fc.double({ min: 0, max: 0.99, noNaN: true }))),
        (steps) => {
          let health: Health = wellHealth
          let now = 1_000_000
          for (const [event, wait, chance] of steps) {
            now += wait
            const admission = admit(health, now)
            if (admission.type === 'refused') {
              expect(admission.retryAt).toBeGreaterThan(now)
              expect(admission.retryAt - now).toBeLessThanOrEqual(360_000)
            } else health = admission.health
            health = stepHealth(health, event, now, chance)
          }
          const later = admit(health, now + 360_000)
          if (health.type !== 'trial') expect(later.type).toBe('go')
          expect(stepHealth(health, { type: 'answered', settled: true }, now, 0)).toEqual(wellHealth)
        },
      ),
    )
  })

  test('forgives the first death, waits longer after each further one, opens after five', () => {
    let health: Health = wellHealth
    const seen: (readonly [Health['type'], number])[] = []
    for (let deaths = 0; deaths < 6; deaths += 1) {
      health = stepHealth(health, { type: 'died' }, 0, 0.5)
      seen.push([health.type, 'retryAt' in health ? health.retryAt : 0])
    }
    expect(seen).toEqual([
      ['well', 0],
      ['backoff', 1000],
      ['backoff', 2000],
      ['backoff', 4000],
      ['open', 8000],
      ['open', 16_000],
    ])
  })

  test('half open, lets exactly one through, who decides', () => {
    const open = stepHealth(wellHealth, { type: 'hung' }, 0, 0.5)
    expect(admit(open, 7999).type).toBe('refused')
    const first = admit(open, 8000)
    if (first.type !== 'go') throw new Error('refused')
    expect(admit(first.health, 8000).type).toBe('refused')
    expect(stepHealth(first.health, { type: 'answered', settled: false }, 8000, 0).type).toBe('well')
    expect(stepHealth(first.health, { type: 'hung' }, 8000, 0.5)).toMatchObject({ type: 'open', retryAt: 24_000 })
    expect(admit(stepHealth(first.health, { type: 'trial_void' }, 8000, 0), 8000).type).toBe('go')
  })
})

describe('slots', () => {
  test('never give out more than the limit, and everybody gets one in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 30 }), async (limit, count) => {
        const slots = new Slots(limit, 100)
        const order: number[] = []
        let most = 0
        const work = async (index: number) => {
          const release = await slots.take(new AbortController().signal)
          order.push(index)
          most = Math.max(most, slots.taken)
          await Promise.resolve()
          release?.()
          release?.()
        }
        await Promise.all(Array.from({ length: count }, (_, index) => work(index)))
        expect(most).toBeLessThanOrEqual(limit)
        expect(order).toEqual(order.toSorted((a, b) => a - b))
        expect([slots.taken, slots.waiting]).toEqual([0, 0])
      }),
    )
  })

  test('who goes away leaves the line, and takes nobody else’s place', async () => {
    const slots = new Slots(1, 2)
    const release = await slots.take(new AbortController().signal)
    const leaving = new AbortController()
    const left = slots.take(leaving.signal)
    const stays = slots.take(new AbortController().signal)
    expect(await slots.take(new AbortController().signal)).toBeUndefined()
    leaving.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    release?.()
    expect(await stays).toBeTypeOf('function')
    expect(slots.taken).toBe(1)
  })
})

describe('the egress rule', () => {
  const ipv4 = (address: string) => [{ address, family: 4 as const }]
  const ipv6 = (address: string) => [{ address, family: 6 as const }]

  test.each([
    ['127.0.0.1', ipv4('127.0.0.1')],
    ['::1', ipv6('::1')],
    ['printer.lan', ipv4('192.168.1.9')],
    ['api.example.com', ipv6('2606:4700::1')],
  ])('%s is reached where nothing is declared', (host, addresses) => {
    expect(judgeEgress(host, addresses, undefined)).toEqual({ ok: true, addresses })
  })

  test.each([
    ipv4('169.254.169.254'),
    ipv4('100.100.100.200'),
    ipv4('0.0.0.0'),
    ipv4('224.0.0.1'),
    ipv6('::'),
    ipv6('fe80::1'),
    ipv6('fd00:ec2::254'),
    ipv6('::ffff:169.254.169.254'),
    ipv6('::ffff:a9fe:a9fe'),
    ipv6('64:ff9b::a9fe:a9fe'),
    [],
  ])('%j is never reached', (...addresses) => {
    expect(judgeEgress('evil.example', addresses.filter(Boolean), ['evil.example', '0.0.0.0/0', '::/0']).ok).toBe(false)
  })

  test('of several addresses only those in the list are kept', () => {
    const verdict = judgeEgress('two.lan', [...ipv4('10.1.2.3'), ...ipv4('192.168.0.1')], ['10.0.0.0/8'])
    expect(verdict).toEqual({ ok: true, addresses: ipv4('10.1.2.3') })
    expect(judgeEgress('two.lan', ipv4('192.168.0.1'), ['TWO.lan']).ok).toBe(true)
    expect(judgeEgress('two.lan', ipv4('192.168.0.1'), ['10.0.0.0/99', 'other.lan', '']).ok).toBe(false)
  })
})

describe('what is read', () => {
  test('lines come out as they went in, however they are cut', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n'))
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 20 })), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''))
        const reader = new LineReader(1_000_000)
        const read: string[] = []
        for (let from = 0, cut = 0; from < bytes.length; cut += 1) {
          const size = cuts[cut % Math.max(1, cuts.length)] ?? 7
          read.push(...reader.push(bytes.subarray(from, from + size)))
          from += size
        }
        expect(read).toEqual(lines)
      }),
    )
  })

  test('a line or an event without an end is given up', () => {
    expect(() => new LineReader(10).push(Buffer.from('12345678901'))).toThrow(RangeError)
    const cap = new MessageCap(10, true)
    for (let events = 0; events < 5; events += 1) cap.count(Buffer.from('data: 1\n\r\n'))
    expect(() => cap.count(Buffer.from('data: 12345\n'))).toThrow(BodyTooLarge)
    expect(() => new MessageCap(10, false).count(Buffer.from('12\n\n34\n\n56\n\n'))).toThrow(BodyTooLarge)
  })

  test('the size of a value is about that of its JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bytes = Buffer.byteLength(JSON.stringify(value))
        expect(exceedsBytes(value, bytes * 4 + 16)).toBe(false)
        if (bytes > 16) expect(exceedsBytes(value, Math.floor(bytes / 8))).toBe(true)
      }),
    )
  })

  test('text for people has one line, no control and no hidden characters, and is the end of what was said', () => {
    expect(oneLine('\u001b[31mred\u001b[0m\n\u202eright\u200b to left\t!')).toBe('red right to left !')
    expect(oneLine(`${'a'.repeat(600)}z`)).toHaveLength(500)
    expect(oneLine(`${'a'.repeat(600)}z`).endsWith('z')).toBe(true)
  })
})

describe('what crosses', () => {
  test('no name of a hop does, and all others do', () => {
    const reserved = [
      'io.modelcontextprotocol/serverInfo',
      'dev.mcp/x',
      'com.modelcontextprotocol.tools/y',
      'progressToken',
      'hearth/code',
    ]
    const free = ['traceparent', 'acme.hearth/x', 'acme.example/a', 'example.com/mcp', 'mcp']
    const meta = Object.fromEntries([...reserved, ...free].map((name) => [name, 1]))
    expect(Object.keys(stripMeta({ a: 1, _meta: meta })._meta)).toEqual(free)
    const bare: Record<string, unknown> = stripMeta({ a: 1, _meta: { progressToken: 1 } })
    expect(bare).toEqual({ a: 1 })
  })

  test('an answer is held against the outermost layer of its schema only', () => {
    const tool = {
      name: 't',
      inputSchema: { type: 'object' as const },
      outputSchema: { type: 'object' as const, required: ['a'] },
    }
    expect(outputMismatch(tool, { content: [], structuredContent: { a: 1 } })).toBeUndefined()
    expect(outputMismatch(tool, { content: [], isError: true })).toBeUndefined()
    expect(outputMismatch(undefined, { content: [] })).toBeUndefined()
    expect(outputMismatch(tool, { content: [] })).toContain('none')
    expect(outputMismatch(tool, { content: [], structuredContent: { b: 1 } })).toContain('lacks')
  })

  test('how a server is reached does not hang on the order of its settings, nor on anything else of it', () => {
    const one = serverOf('a', { url: 'http://x/', headers: { A: '1', B: '2' } })
    const same = { ...serverOf('a', { url: 'http://x/', headers: { B: '2', A: '1' }, trust: 'high' }), revision: 9 }
    expect(reachHash(same)).toBe(reachHash(one))
    expect(reachHash(serverOf('a', { url: 'http://x/', headers: { A: '1', B: '3' } }))).not.toBe(reachHash(one))
  })
})
