import { describe, expect, it } from 'vitest'
import { closeOpenMarks } from '../../../clients/web/src/markdown/close-open-marks.ts'

describe('marks that a growing paragraph has not closed yet', () => {
  it.each([
    ['a **b', 'a **b**'],
    ['a **b ', 'a **b**'],
    ['a **b*', 'a **b**'],
    ['a **', 'a '],
    ['a **b** c', 'a **b** c'],
    ['a `b', 'a `b`'],
    ['a ``b`', 'a ``b``'],
    ['a `', 'a '],
    ['a `b**', 'a `b**`'],
    ['a ~~b **c', 'a ~~b **c**~~'],
    ['a \\**b', 'a \\**b'],
    ['2 ** 3', '2 ** 3'],
    ['2 * 3', '2 * 3'],
    ['a [b](https://a.exam', 'a b'],
    ['a ![b](', 'a b'],
    ['a [b](https://a.example) c', 'a [b](https://a.example) c'],
    ['a [b]', 'a [b]'],
  ])('%s', (source, closed) => {
    expect(closeOpenMarks(source)).toBe(closed)
  })
})
