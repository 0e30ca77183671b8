import { describe, expect, it } from 'vitest'
import { judgeRun } from '../../scripts/gates/judge-run.ts'

const failedOnce = { code: 1, summary: '0 passed, 1 failed, 0 skipped' }

describe('a run of the tests', () => {
  it('passes with what is skipped, except where every test must run', () => {
    const ended = { code: 0, written: '9 passed, 0 failed, 2 skipped' }
    expect(judgeRun({ ...ended, isComplete: false })).toEqual({ code: 0, summary: ended.written })
    expect(judgeRun({ ...ended, isComplete: true })).toEqual({ code: 1, summary: '9 passed, 2 failed, 0 skipped' })
  })

  it.each([
    [
      'passes when every test ran',
      { code: 0, written: '9 passed, 0 failed, 0 skipped' },
      0,
      '9 passed, 0 failed, 0 skipped',
    ],
    [
      'fails with its failures',
      { code: 1, written: '7 passed, 2 failed, 0 skipped' },
      1,
      '7 passed, 2 failed, 0 skipped',
    ],
  ])('%s', (_, ended, code, summary) => {
    expect(judgeRun({ ...ended, isComplete: true })).toEqual({ code, summary })
  })

  it.each([
    ['left no summary', { code: 0, written: undefined }],
    ['left another text', { code: 0, written: 'all is well' }],
    ['failed and counted no failure', { code: 1, written: '9 passed, 0 failed, 0 skipped' }],
  ])('that %s is a failed one', (_, ended) => {
    expect(judgeRun({ ...ended, isComplete: false })).toEqual(failedOnce)
  })
})
