import type { Tool } from '@modelcontextprotocol/client'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanText, hasHidden } from '../../../../services/mcp/aggregator/vetting/clean-text.ts'
import { vetTool } from '../../../../services/mcp/aggregator/vetting/vet-tool.ts'
import { tool } from '../support/fake-pool.ts'

const schema = (properties: Record<string, unknown>, more: object = {}): Partial<Tool> => ({
  // A schema as it comes over the wire may hold anything.
  inputSchema: { type: 'object', properties, ...more } as Tool['inputSchema'],
})
const kept = (vetted: ReturnType<typeof vetTool>): Tool => {
  if (vetted.type === 'refused') throw new Error(vetted.reason)
  return vetted.definition
}
const refusal = (vetted: ReturnType<typeof vetTool>): string =>
  vetted.type === 'refused' ? vetted.reason : 'taken over'
const nest = (depth: number): unknown => (depth === 0 ? { type: 'string' } : { type: 'array', items: nest(depth - 1) })

describe('text of an upstream', () => {
  test('loses what nobody sees, and keeps its lines', () => {
    const tag = String.fromCodePoint(0xe0041)
    expect(cleanText(`a\u200bb\u202ec\u2066d\ufeffe${tag}f\u0000g\u001b[1mh\r\ni\tj\u00adk`, 100)).toBe(
      'abcdefg[1mh\ni\tjk',
    )
  })

  test('is cut where it is too long, never within a character', () => {
    expect(cleanText('abcdef', 4)).toBe('abc…')
    expect(cleanText('ab😀def', 4)).toBe('ab…')
  })

  test('never holds anything hidden and never is longer than allowed, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (text, max) => {
        const clean = cleanText(text, max)
        expect(hasHidden(clean)).toBe(false)
        expect(clean.isWellFormed()).toBe(true)
        expect(clean.length).toBeLessThanOrEqual(max)
        expect(cleanText(clean, max)).toBe(clean)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a tool of an upstream', () => {
  test('is kept as it is when there is nothing wrong with it', () => {
    const whole = tool('read', 'Reads.', {
      title: 'Read',
      outputSchema: { type: 'object', properties: { text: { type: 'string' } } },
      annotations: { title: 'Read', readOnlyHint: true },
      _meta: { 'ui/resourceUri': 'ui://x' },
    })
    expect(kept(vetTool(whole, true))).toEqual(whole)
  })

  test('loses hidden characters in its texts, those of its schemas too, and says nothing for another hop', () => {
    const definition = kept(
      vetTool(
        tool('read', 'Re\u200bads', {
          title: 'R\u202eead',
          ...schema({ path: { type: 'string', description: 'whe\u2060re', enum: ['a', 'b'] } }),
          _meta: { 'hearth/server': 'other', 'io.modelcontextprotocol/x': 1, progressToken: 1, mine: 1 },
        }),
        true,
      ),
    )
    expect(definition).toMatchObject({ title: 'Read', description: 'Reads', _meta: { mine: 1 } })
    expect(definition._meta).toEqual({ mine: 1 })
    expect(definition.inputSchema.properties).toEqual({
      path: { type: 'string', description: 'where', enum: ['a', 'b'] },
    })
  })

  test('a property may be called like a keyword', () => {
    const named = schema({ description: { type: 'string' }, $ref: { type: 'string' }, title: { type: 'number' } })
    expect(kept(vetTool(tool('a', 'b', named), true)).inputSchema).toEqual(named.inputSchema)
  })

  test.each([
    ['a reference to the network', schema({ a: { $ref: 'https://example.org/schema' } }), 'refers to another document'],
    ['a reference to a file', schema({ a: { allOf: [{ $ref: 'other.json#/x' }] } }), 'refers to another document'],
    ['a reference beneath a definition', schema({}, { $defs: { a: { $dynamicRef: '//x' } } }), 'another document'],
    ['a hidden character in a key', schema({ 'a\u200b': { type: 'string' } }), 'hidden characters'],
    ['a hidden character in a value', schema({ a: { enum: ['x\u202e'] } }), 'hidden characters'],
    ['33 levels', schema({ a: nest(33) }), 'nested deeper'],
    ['5,000 values', schema({ a: { enum: Array.from({ length: 5000 }, (_, at) => at) } }), 'more than 4000 values'],
    ['a value of 200 KiB', schema({ a: { const: 'x'.repeat(200 * 1024) } }), 'larger than 128 KiB'],
  ])('with %s is not taken over', (_, more, reason) => {
    expect(refusal(vetTool(tool('a', 'b', more), false))).toContain(reason)
  })

  test('a reference within the schema is fine', () => {
    const inner = schema({ a: { $ref: '#/$defs/x' } }, { $defs: { x: { type: 'string' } } })
    expect(refusal(vetTool(tool('a', 'b', inner), true))).toBe('taken over')
  })

  test.each([[''], ['x'.repeat(257)], ['a\0b'], ['a\ud800']])('named %j is not taken over', (name) => {
    expect(refusal(vetTool(tool(name), false))).toContain('its name')
  })
})

describe('a tool that wants arguments in headers', () => {
  const header = (name: unknown, type: unknown = 'string') => ({ type, 'x-mcp-header': name })

  test('is kept with its rules when they are right', () => {
    const right = schema({
      region: header('Region'),
      nested: { type: 'object', properties: { id: header('Id', 'integer') } },
    })
    expect(kept(vetTool(tool('a', 'b', right), true)).inputSchema).toEqual(right.inputSchema)
  })

  test('a property of the name of the keyword is none', () => {
    const named = schema({ 'x-mcp-header': { type: 'string' } })
    expect(kept(vetTool(tool('a', 'b', named), true)).inputSchema).toEqual(named.inputSchema)
  })

  test.each([
    ['on a number', schema({ a: header('A', 'number') })],
    ['on an object', schema({ a: header('A', 'object') })],
    ['on the whole', schema({}, { 'x-mcp-header': 'A' })],
    ['that is no token', schema({ a: header('A b') })],
    ['that is no text', schema({ a: header(1) })],
    ['twice', schema({ a: header('Same'), b: header('same') })],
    ['within a list', schema({ a: { type: 'array', items: header('A') } })],
    ['within a choice', schema({ a: { anyOf: [header('A')] } })],
    ['in a definition', schema({}, { $defs: { a: header('A') } })],
  ])('%s is dropped over HTTP, and loses its rules elsewhere', (_, more) => {
    expect(refusal(vetTool(tool('a', 'b', more), true))).toContain('x-mcp-header')
    expect(JSON.stringify(kept(vetTool(tool('a', 'b', more), false)))).not.toContain('x-mcp-header')
  })
})
