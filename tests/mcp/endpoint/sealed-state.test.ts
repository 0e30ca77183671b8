import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestOf, type StateBinding, StateSeal } from '../../../services/mcp/endpoint/requests/sealed-state.ts'

const key = Buffer.alloc(32, 1)
const binding: StateBinding = {
  principal: 'user:a x',
  profile: 'p',
  method: 'tools/call',
  name: 'alpha',
  digest: 'd',
  upstream: 'u',
}

const sealAt = (now: () => number, sealKey: Uint8Array = key) => new StateSeal(sealKey, { clock: now, ttlMs: 1000 })

describe('a sealed state', () => {
  test('opens to exactly what was sealed, for the same request only', () => {
    const seal = sealAt(() => 0)
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...(Object.keys(binding) as (keyof StateBinding)[])), (state, field) => {
        const text = seal.seal({ type: 'relayed', state }, binding)
        expect(seal.open(text, binding)).toEqual({ status: 'open', held: { type: 'relayed', state } })
        const other = { ...binding, [field]: `${binding[field]}x` }
        expect(seal.open(text, other)).toEqual({ status: 'refused', reason: 'foreign' })
      }),
    )
  })

  test('does not open when any character was changed, added or left out', () => {
    const seal = sealAt(() => 0)
    const text = seal.seal({ type: 'parked', handle: 'h' }, binding)
    const tampered = { status: 'refused', reason: 'tampered' }
    for (let index = 0; index < text.length; index += 1) {
      const other = text[index] === 'A' ? 'B' : 'A'
      const changed = `${text.slice(0, index)}${other}${text.slice(index + 1)}`
      expect(seal.open(changed, binding)).toEqual(tampered)
    }
    for (const wrong of [`${text}A`, `${text}=`, text.slice(1), '', 'x', 'A'.repeat(300_000)]) {
      expect(seal.open(wrong, binding)).toEqual(tampered)
    }
  })

  test('of another key is as good as none', () => {
    const text = sealAt(() => 0, Buffer.alloc(32, 2)).seal({ type: 'parked', handle: 'h' }, binding)
    expect(sealAt(() => 0).open(text, binding)).toEqual({ status: 'refused', reason: 'tampered' })
    expect(() => sealAt(() => 0, Buffer.alloc(16))).toThrow('32 bytes')
  })

  test('ends when its time is over', () => {
    let now = 0
    const seal = sealAt(() => now)
    const text = seal.seal({ type: 'parked', handle: 'h' }, binding)
    now = 999
    expect(seal.open(text, binding).status).toBe('open')
    now = 1000
    expect(seal.open(text, binding)).toEqual({ status: 'refused', reason: 'expired' })
  })
})

describe('the digest of arguments', () => {
  test('does not depend on the order of keys, and on everything else', () => {
    expect(digestOf({ a: 1, b: { c: 2, d: 3 } })).toBe(digestOf({ b: { d: 3, c: 2 }, a: 1 }))
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        fc.pre(JSON.stringify(left) !== JSON.stringify(right))
        const isSameSet = canonical(left) === canonical(right)
        expect(digestOf(left) === digestOf(right)).toBe(isSameSet)
      }),
    )
  })
})

/** Another way to the same: keys sorted by a replacer. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
