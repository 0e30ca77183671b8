import { describe, expect, it } from 'vitest'
import { readOptions } from '../../bench/options.ts'

const read = (...args: readonly string[]): ReturnType<typeof readOptions> => readOptions(args, ['direct', 'pipe'])

describe('the options of the bench', () => {
  it('measure everything three times and write the results when none is given', () => {
    expect(read()).toMatchObject({
      subjects: ['direct', 'pipe'],
      isWhole: true,
      out: 'bench/RESULTS.md',
      size: { rounds: 3 },
    })
  })

  it.each([[['--quick']], [['--only', 'pipe']], [['--scenario', 'throughput']]])(
    '%s leaves the written results alone unless told where to write',
    (args) => {
      expect(read(...args)).toMatchObject({ isWhole: false, out: undefined })
      expect(read(...args, '--out', 'x.md')).toMatchObject({ isWhole: false, out: 'x.md' })
    },
  )

  it('keep the order of the tables, whatever order they are named in', () => {
    expect(read('--only', 'pipe,direct', '--rounds', '5')).toMatchObject({
      subjects: ['direct', 'pipe'],
      size: { rounds: 5 },
    })
  })

  it.each([[['--only', 'nothing']], [['--scenario', 'x']], [['--rounds', '0']], [['--rounds', 'a']], [['--wrong']]])(
    'refuse %s',
    (args) => {
      expect(() => read(...args)).toThrow(/nothing|'x'|--rounds|--wrong/)
    },
  )
})
