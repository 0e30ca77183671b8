import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readArguments, wholeText } from '../../../clients/web/src/views/servers/form/read-arguments.ts'
import { toolForm } from '../../../clients/web/src/views/servers/form/schema-fields.ts'

const seed = Date.now() % 2 ** 31

/** What a form of one argument `value` makes of what was written. */
function readOne(schema: object, text: string, required: readonly string[] = []) {
  const form = toolForm({ type: 'object', properties: { value: schema }, required })
  const read = readArguments(form, new Map([['value', text]]))
  return read.status === 'ok' ? read.args : read.complaints.get('value')
}

describe('the form of a tool', () => {
  it.each<[object, string, unknown]>([
    [{ type: 'string' }, 'a\nb', { value: 'a\nb' }],
    [{ type: 'string' }, '', {}],
    [{ type: 'string', minLength: 3 }, 'ab', 'wrong.short'],
    [{ type: 'string', maxLength: 3 }, 'abcd', 'wrong.long'],
    [{ type: ['string', 'null'] }, '', {}],
    [{ type: 'number' }, '1,5', { value: 1.5 }],
    [{ type: 'number' }, 'many', 'wrong.number'],
    [{ type: 'number', minimum: 2 }, '1', 'wrong.least'],
    [{ type: 'number', maximum: 2 }, '3', 'wrong.most'],
    [{ type: 'integer' }, '1.5', 'wrong.whole'],
    [{ type: 'integer' }, ' 7 ', { value: 7 }],
    [{ type: 'boolean' }, 'false', { value: false }],
    [{ type: 'boolean' }, '', {}],
    [{ enum: ['a', 2, null] }, '1', { value: 2 }],
    [{ oneOf: [{ const: 'x', title: 'Ex' }] }, '0', { value: 'x' }],
    [{ type: 'array', items: { type: 'string' } }, 'a\n\nb', { value: ['a', 'b'] }],
    [{ type: 'array', items: { type: 'integer' } }, '1\n2', { value: [1, 2] }],
    [{ type: 'array', items: { type: 'integer' } }, '1\nx', 'wrong.number'],
    [{ type: 'array', items: { type: 'string' }, minItems: 2 }, 'a', 'wrong.few'],
    [{ type: 'array', items: { type: 'string' }, maxItems: 1 }, 'a\nb', 'wrong.many'],
    [{ type: 'array', items: { type: 'object' } }, '[{"a":1}]', { value: [{ a: 1 }] }],
    [{ type: 'array' }, '{}', 'wrong.array'],
    [{ type: 'object' }, '{"a": [1]}', { value: { a: [1] } }],
    [{ type: 'object' }, '{"a": }', 'wrong.json'],
    [{ type: 'object' }, '[]', 'wrong.object'],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, '"a"', { value: 'a' }],
    [{}, '0', { value: 0 }],
  ])('%j of %j is %j', (schema, text, expected) => {
    expect(readOne(schema, text)).toEqual(expected)
  })

  it('asks for what is needed, and sends an empty text and an empty list where they are', () => {
    expect(readOne({ type: 'number' }, '', ['value'])).toBe('wrong.missing')
    expect(readOne({ enum: ['a'] }, '', ['value'])).toBe('wrong.missing')
    expect(readOne({ type: 'boolean' }, '', ['value'])).toBe('wrong.missing')
    expect(readOne({ type: 'string', minLength: 1 }, '', ['value'])).toBe('wrong.missing')
    expect(readOne({ type: 'string' }, '', ['value'])).toEqual({ value: '' })
    expect(readOne({ type: 'array', items: { type: 'string' } }, '', ['value'])).toEqual({ value: [] })
  })

  it('begins with the defaults of the schema', () => {
    const properties = {
      text: { type: 'string', default: 'a' },
      choice: { enum: ['x', 'y'], default: 'y' },
      list: { type: 'array', items: { type: 'number' }, default: [1, 2] },
      object: { type: 'object', default: { a: 1 } },
      flag: { type: 'boolean', default: false },
    }
    const form = toolForm({ type: 'object', properties })
    const fields = form.kind === 'fields' ? form.fields : []
    const written = new Map(fields.map(({ name, initial }) => [name, initial]))
    expect(readArguments(form, written)).toEqual({
      status: 'ok',
      args: { text: 'a', choice: 'y', list: [1, 2], object: { a: 1 }, flag: false },
    })
  })

  it('is one text where the schema cannot be laid out', () => {
    for (const schema of [
      { oneOf: [{ type: 'object' }] },
      { $ref: '#/$defs/a' },
      { type: 'object', additionalProperties: { type: 'string' } },
      { type: 'object', properties: Object.fromEntries(Array.from({ length: 61 }, (_, index) => [`a${index}`, {}])) },
    ]) {
      const form = toolForm(schema)
      expect(form).toEqual({ kind: 'json' })
      expect(readArguments(form, new Map([[wholeText, '{"a":1}']]))).toEqual({ status: 'ok', args: { a: 1 } })
      expect(readArguments(form, new Map([[wholeText, '[1]']])).status).toBe('wrong')
    }
  })

  it('sends an argument named __proto__ as an argument', () => {
    const form = toolForm(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}'))
    const read = readArguments(form, new Map([['__proto__', 'x']]))
    expect(read.status === 'ok' && JSON.stringify(read.args)).toBe('{"__proto__":"x"}')
  })

  it(`is made of any schema, and reads anything that is written (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (part, text) => {
        for (const schema of [part, { type: 'object', properties: { value: part }, required: ['value'] }]) {
          expect(readArguments(toolForm(schema), new Map([['value', text]])).status).toMatch(/^(ok|wrong)$/)
        }
      }),
      { seed },
    )
  })
})
