import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toolResult } from '../../../clients/web/src/views/servers/result/result-parts.ts'

const seed = Date.now() % 2 ** 31

describe('what a tool answered', () => {
  it('is texts as they are, also where they look like markup', () => {
    const text = '<img src=x onerror=alert(1)>'
    expect(toolResult({ content: [{ type: 'text', text }] }).parts).toEqual([{ type: 'text', text }])
  })

  it('is pictures of the kinds a browser draws safely, and no others', () => {
    const picture = (mimeType: string, data = 'AQID') => ({ type: 'image', mimeType, data })
    const { parts } = toolResult({
      content: [picture('image/png'), picture('image/svg+xml'), picture('text/html'), picture('image/png', '%')],
    })
    expect(parts).toEqual([
      { type: 'picture', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) },
      { type: 'other', name: 'image, image/svg+xml' },
      { type: 'other', name: 'image, text/html' },
      { type: 'other', name: 'image, image/png' },
    ])
  })

  it('is data once, where a server repeats it as text', () => {
    const structuredContent = { a: [1] }
    const repeated = { content: [{ type: 'text', text: '{"a":[1]}' }], structuredContent }
    expect(toolResult(repeated).parts).toEqual([{ type: 'json', text: '{\n  "a": [\n    1\n  ]\n}' }])
    const other = { content: [{ type: 'text', text: '{"a":[2]}' }], structuredContent }
    expect(toolResult(other).parts).toHaveLength(2)
  })

  it('names resources, and only names what cannot be shown', () => {
    const { parts } = toolResult({
      content: [
        { type: 'resource', resource: { uri: 'file:///a', text: 'A' } },
        { type: 'resource_link', uri: 'javascript:alert(1)' },
        { type: 'audio', mimeType: 'audio/wav', data: '' },
        null,
      ],
    })
    expect(parts).toEqual([
      { type: 'resource', uri: 'file:///a', text: 'A' },
      { type: 'resource', uri: 'javascript:alert(1)', text: undefined },
      { type: 'other', name: 'audio, audio/wav' },
      { type: 'other', name: 'object' },
    ])
  })

  it('says when it is a failure, and when it is a question', () => {
    expect(toolResult({ content: [], isError: true }).isError).toBe(true)
    expect(toolResult({ resultType: 'input_required', inputRequests: {} }).isQuestion).toBe(true)
  })

  it(`can be anything (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.jsonValue(), (answer) => {
        for (const shape of [answer, { content: answer }, { content: [answer] }, { result: answer }]) {
          expect(Array.isArray(toolResult(shape).parts)).toBe(true)
        }
      }),
      { seed },
    )
  })
})
