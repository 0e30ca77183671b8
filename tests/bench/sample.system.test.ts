import { describe, expect, it } from 'vitest'
import { measureSubject } from '../../bench/measure/measure-subject.ts'
import { readTicksPerSecond } from '../../bench/measure/process-usage.ts'
import { quickSize } from '../../bench/scenarios.ts'
import { direct } from '../../bench/subjects/floor.ts'
import { hearth } from '../../bench/subjects/hearth.ts'

const size = { ...quickSize, parallel: 8, tokensUnpaced: 50, slowStreams: 10, slowSeconds: 1, shortAnswers: 5 }
const options = {
  size,
  cores: undefined,
  ticksPerSecond: readTicksPerSecond(),
  signal: new AbortController().signal,
}

describe('a small run of the bench', () => {
  it.each([direct, hearth('ws', 'never'), hearth('ws', 'auto')])(
    'counts every token of $name, as fast as it goes and slowly',
    async (subject) => {
      const fast = await measureSubject(subject, { ...options, scenario: 'throughput' })
      expect(fast).toMatchObject({ finished: 8, failed: 0, unfinished: 0, lost: 0, repeated: 0 })
      const slow = await measureSubject(subject, { ...options, scenario: 'slow-streams' })
      expect(slow).toMatchObject({ finished: 10, failed: 0, unfinished: 0, lost: 0, repeated: 0 })
    },
  )
})
