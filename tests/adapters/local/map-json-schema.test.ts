import { describe, expect, test } from 'vitest'
import { mapJsonSchema } from '../../../services/adapters/local/map-json-schema.ts'

const map = (schema: unknown) => mapJsonSchema(schema, 'response_format.schema')

describe('a JSON Schema as the grammar the engine knows', () => {
  test.each([
    ['a scalar', { type: 'integer', minimum: 3 }, { type: 'integer' }],
    [
      'a text with lengths',
      { type: 'string', minLength: 1, maxLength: 5 },
      { type: 'string', minLength: 1, maxLength: 5 },
    ],
    ['a text with a length no grammar takes', { type: 'string', maxLength: 100_000 }, { type: 'string' }],
    ['a date', { type: 'string', format: 'date' }, { type: 'string', format: 'date' }],
    ['another format', { type: 'string', format: 'email' }, { type: 'string' }],
    ['values', { type: 'string', enum: ['a', null, 1] }, { enum: ['a', null, 1] }],
    ['one value', { const: 'a' }, { enum: ['a'] }],
    [
      'alternatives',
      { anyOf: [{ type: 'null' }, { type: 'number' }] },
      { oneOf: [{ type: 'null' }, { type: 'number' }] },
    ],
    ['types', { type: ['string', 'null'] }, { oneOf: [{ type: 'string' }, { type: 'null' }] }],
    ['a wrapped reference', { allOf: [{ type: 'boolean' }] }, { type: 'boolean' }],
    ['an open object', { type: 'object' }, { type: 'object', properties: {}, additionalProperties: true }],
    ['a closed empty object', { type: 'object', additionalProperties: false }, { type: 'object', properties: {} }],
    [
      'an object',
      { properties: { a: { type: 'null' } }, required: [] },
      { type: 'object', properties: { a: { type: 'null' } } },
    ],
    [
      'an object of other members',
      { type: 'object', additionalProperties: { type: 'number' } },
      { type: 'object', properties: {}, additionalProperties: { type: 'number' } },
    ],
    [
      'a list',
      { type: 'array', items: { type: 'number' }, minItems: 1, maxItems: 3 },
      { type: 'array', items: { type: 'number' }, minItems: 1, maxItems: 3 },
    ],
    [
      'a tuple',
      { type: 'array', prefixItems: [{ type: 'number' }, { type: 'null' }] },
      { type: 'array', prefixItems: [{ type: 'number' }, { type: 'null' }] },
    ],
    [
      'old and new definitions',
      { $ref: '#/definitions/a', definitions: { a: { type: 'null' } }, $defs: { b: { $ref: '#/$defs/a' } } },
      { $ref: '#/$defs/a', $defs: { a: { type: 'null' }, b: { $ref: '#/$defs/a' } } },
    ],
  ])('maps %s', (_name, schema, expected) => {
    expect(map(schema)).toEqual(expected)
  })

  test('what says nothing allows any JSON', () => {
    expect(map({ description: 'whatever' })).toEqual(map(true))
    expect(JSON.stringify(map({}))).toContain('"additionalProperties":true')
  })

  test.each([
    ['not', { type: 'object', properties: { a: { not: {} } } }, 'response_format.schema.properties.a'],
    ['allOf', { allOf: [{}, {}] }, 'response_format.schema'],
    ['#/$defs/', { items: { $ref: 'https://elsewhere/schema' }, type: 'array' }, 'response_format.schema.items'],
    ['minLength', { type: 'string', minLength: 5000 }, 'response_format.schema'],
    ['plain', { enum: [{}] }, 'response_format.schema'],
    ['type', { type: 'date' }, 'response_format.schema'],
  ])('what a grammar cannot follow is refused by name: %s', (word, schema, param) => {
    expect(() => map(schema)).toThrow(
      expect.objectContaining({
        code: 'caller_unsupported_feature',
        message: expect.stringContaining(word),
        details: { param },
      }),
    )
  })

  test('what is no schema is an invalid request', () => {
    expect(() => map({ type: 'array', items: 5 })).toThrow(
      expect.objectContaining({ code: 'caller_invalid_request', details: { param: 'response_format.schema.items' } }),
    )
  })

  test('depth and number are bounded', () => {
    const deep = Array.from({ length: 40 }).reduce<object>((items) => ({ type: 'array', items }), { type: 'null' })
    const wide = {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`p${i}`, {}])),
    }
    for (const schema of [deep, wide]) {
      expect(() => map(schema)).toThrow(expect.objectContaining({ message: expect.stringContaining('too large') }))
    }
  })

  test('a member named __proto__ stays a member', () => {
    const schema = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"null"}}}')
    expect(JSON.stringify(map(schema))).toBe('{"type":"object","properties":{"__proto__":{"type":"null"}}}')
  })
})
