import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseUntrusted } from '../../services/common/parse-untrusted.ts'

const uncomparable = { toString: 1, valueOf: 1 }
const bounded = {
  'a text': z.string().min(1).max(10),
  'a list': z.array(z.string()).min(1).max(2),
  'one of two': z.union([z.string().min(1), z.number()]),
  'a set': z.set(z.string()).min(1),
} as const satisfies Record<string, z.ZodType>

describe('what comes from outside', () => {
  it.each(Object.entries(bounded))('is refused where %s should be, whatever its length is', (_what, schema) => {
    const wanted = z.object({ field: z.array(schema) })
    const texts = ['length', 'size'].map((key) => ({ field: [{ [key]: uncomparable }] }))
    const results = texts.map((value) => parseUntrusted(wanted, value))
    expect(results.map(({ success }) => success)).toEqual([false, false])
  })

  it('is told where the length stands', () => {
    const { error } = parseUntrusted(z.object({ a: z.array(z.string().min(1)) }), { a: ['', { length: uncomparable }] })
    expect(error?.issues).toMatchObject([{ code: 'custom', path: ['a', 1, 'length'], message: 'must be a number' }])
  })

  it('is read as zod reads it otherwise', () => {
    const schema = z.object({ a: z.string().min(2), b: z.array(z.int()).max(1).default([]) })
    expect(parseUntrusted(schema, { a: 'xy' })).toEqual({ success: true, data: { a: 'xy', b: [] } })
    for (const value of [{ a: 'x' }, { a: 'xy', b: [1, 2] }, { a: { length: 1 } }, null]) {
      expect(parseUntrusted(schema, value).error?.issues).toEqual(schema.safeParse(value).error?.issues)
    }
  })

  it('throws nothing, however deep and odd it is', () => {
    const schema = z.object({ a: z.string().min(1), b: z.looseObject({ length: z.string().max(5) }).optional() })
    const odd = fc.oneof(fc.constant<unknown>({ length: uncomparable }), fc.jsonValue())
    const field = fc.oneof(
      odd,
      fc.array(odd),
      odd.map((length) => ({ length })),
    )
    fc.assert(
      fc.property(fc.record({ a: field, b: field }), (value) => {
        expect(() => parseUntrusted(schema, value)).not.toThrow()
      }),
    )
    let deep: unknown = { length: uncomparable }
    for (let depth = 0; depth < 50_000; depth += 1) deep = { deep }
    expect(parseUntrusted(z.object({ a: z.string().min(1) }), { a: { length: uncomparable }, deep }).success).toBe(
      false,
    )
  })

  it('does not hide a defect of a schema', () => {
    const defect = z.unknown().transform(() => {
      throw new TypeError('x is not a function')
    })
    expect(() => parseUntrusted(defect, { a: 1 })).toThrow('x is not a function')
  })
})
