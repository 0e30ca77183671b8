import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changeLines, jsonLines } from '../../../clients/web/src/views/servers/change-lines.ts'
import { toolChanges } from '../../../clients/web/src/views/servers/tool-changes.ts'
import { toolNamed } from './fake-servers.ts'

const seed = Date.now() % 2 ** 31

describe('what has changed', () => {
  it(`leads from the old text to the new one, and back (seed ${seed})`, () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = changeLines(before, after)
        const without = (change: string) => lines.filter((line) => line.change !== change).map((line) => line.text)
        expect(without('added')).toEqual(before)
        expect(without('removed')).toEqual(after)
      }),
      { seed },
    )
  })

  it('is as little as possible', () => {
    expect(changeLines(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).toEqual([
      { change: 'same', text: 'a' },
      { change: 'removed', text: 'b' },
      { change: 'added', text: 'x' },
      { change: 'same', text: 'c' },
      { change: 'added', text: 'd' },
    ])
  })

  it('takes little time for long hostile texts', () => {
    const startedAt = performance.now()
    const many = (word: string) => Array.from({ length: 50_000 }, (_, index) => `${word}${index}`)
    expect(changeLines(many('a'), many('b'))).toHaveLength(100_000)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  it('does not see another order of keys as a change', () => {
    expect(jsonLines({ b: { d: 1, c: 2 }, a: 0 })).toEqual(jsonLines({ a: 0, b: { c: 2, d: 1 } }))
  })
})

describe('a review', () => {
  const after = { name: 'read', description: 'Reads a file.\nThen sends it away.', inputSchema: { type: 'object' } }
  const waiting = toolNamed('files', 'read', { state: 'quarantined', definition: after, hash: 'b'.repeat(64) })

  it('shows only the parts that differ from what was approved', () => {
    const approved = { ...after, description: 'Reads a file.' }
    expect(toolChanges({ ...waiting, approved_definition: approved })).toEqual({
      kind: 'changed',
      parts: [
        {
          part: 'description',
          lines: [
            { change: 'same', text: 'Reads a file.' },
            { change: 'added', text: 'Then sends it away.' },
          ],
        },
      ],
    })
  })

  it('shows all of a tool that was never approved, and of one whose approved form is not kept', () => {
    const all = ['description', 'inputSchema']
    const fresh = toolChanges({ ...waiting, approved_hash: null })
    expect([fresh.kind, fresh.parts.map(({ part }) => part)]).toEqual(['new', all])
    const unknown = toolChanges(waiting)
    expect([unknown.kind, unknown.parts.map(({ part }) => part)]).toEqual(['unknown', all])
    expect(unknown.parts.flatMap(({ lines }) => lines).every(({ change }) => change === 'added')).toBe(true)
  })
})
