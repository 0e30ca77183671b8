import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDeeperThan } from '../../../services/common/http/json-depth.ts'
import { maxJsonDepth, parseJsonText } from '../../../services/mcp/api/json-text.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value === 'number') return Number.isSafeInteger(value) || value % 1 !== 0
  if (typeof value !== 'object' || value === null) return true
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  return keys.every(isStorableKey) && Object.values(value).every(isStorable)
}

const isStorableKey = (key: string): boolean => isStorable(key) && key !== '__proto__' && key !== 'constructor'

describe('JSON of a body', () => {
  it('nests exactly as deep as its brackets outside of strings', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 6 }), (value, limit) => {
        expect(isDeeperThan(bytes(JSON.stringify(value)), limit)).toBe(depthOf(value) > limit)
      }),
    )
  })

  it('is the value that JSON.parse gives when all of it can be stored, else refused', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
        const value: unknown = JSON.parse(text)
        if (isStorable(value)) expect(parseJsonText(bytes(text))).toEqual(value)
        else
          expect(() => parseJsonText(bytes(text))).toThrow(expect.objectContaining({ code: 'caller_invalid_request' }))
      }),
    )
  })

  it('may nest 32 levels and no more', () => {
    expect(parseJsonText(bytes('['.repeat(maxJsonDepth) + ']'.repeat(maxJsonDepth)))).toEqual(expect.any(Array))
    const tooDeep = bytes(`${'['.repeat(maxJsonDepth + 1)}${']'.repeat(maxJsonDepth + 1)}`)
    expect(() => parseJsonText(tooDeep)).toThrow('32 levels')
  })

  it('is refused before it is parsed when it nests a million levels', () => {
    expect(() => parseJsonText(bytes('['.repeat(1_000_000)))).toThrow('32 levels')
  })

  it.each([
    ['a bare word', 'yes'],
    ['an open string', '"a'],
    ['nothing', ''],
    ['two values', '{}{}'],
  ])('is refused when it is %s', (_name, text) => {
    expect(() => parseJsonText(bytes(text))).toThrow('not JSON')
  })

  it('is refused when it is not UTF-8', () => {
    expect(() => parseJsonText(new Uint8Array([0x22, 0xff, 0x22]))).toThrow('not JSON')
  })

  it.each([
    ['{"a":{"__proto__":{"admin":true}}}', 'a.__proto__'],
    ['[{"constructor":{"prototype":{}}}]', '[0].constructor'],
    ['{"a":[1,"x\\u0000"]}', 'a[1]'],
    ['{"a":"\\ud800"}', 'a'],
    ['{"a":1e400}', 'a'],
    ['{"a":9007199254740993}', 'a'],
  ])('%s is refused by the path %s', (text, param) => {
    expect(() => parseJsonText(bytes(text))).toThrow(
      expect.objectContaining({ code: 'caller_invalid_request', details: { param } }),
    )
  })
})
