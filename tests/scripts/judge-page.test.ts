import { describe, expect, it } from 'vitest'
import { judgePage, type PageReport } from '../../scripts/accept/page.ts'

const passed = { fullName: 'is quick', status: 'passed', meta: { figure: '12 ms' } }
const failed = { fullName: 'is light', status: 'failed', failureMessages: ['200 KB\n at here'] }
const unread = { name: '/a/speed.test.ts', status: 'failed', message: 'Cannot find it\n', assertionResults: [] }

const file = (status: string, ...assertionResults: PageReport['testResults'][number]['assertionResults']) => ({
  name: '/a/answers.test.ts',
  status,
  message: '',
  assertionResults,
})

describe('what the browser tests say about the page', () => {
  it('is what they measured, when all is well', () => {
    expect(judgePage({ testResults: [file('passed', passed)] }, 0)).toEqual([
      { what: 'is quick', value: '12 ms', holds: true },
    ])
  })

  it('is what failed', () => {
    expect(judgePage({ testResults: [file('failed', passed, failed)] }, 1)).toEqual([
      { what: 'is quick', value: '12 ms', holds: true },
      { what: 'is light', value: '200 KB', holds: false },
    ])
  })

  it('is that a file could not be read', () => {
    expect(judgePage({ testResults: [file('passed', passed), unread] }, 1)).toEqual([
      { what: 'is quick', value: '12 ms', holds: true },
      { what: 'speed.test.ts', value: 'Cannot find it', holds: false },
    ])
  })

  it('is that vitest failed, where no test did', () => {
    expect(judgePage({ testResults: [file('passed', passed)] }, 1)).toContainEqual({
      what: 'vitest',
      value: 'ended with 1',
      holds: false,
    })
  })

  it('is that nothing ran', () => {
    expect(judgePage({ testResults: [] }, 0)).toEqual([
      { what: 'the tests of the page', value: 'none ran', holds: false },
    ])
  })
})
