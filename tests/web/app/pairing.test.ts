import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { devicePartsOf } from '../../../clients/web/src/views/pair/device-name.ts'
import { problemOf } from '../../../clients/web/src/views/pair/pair-outcome.ts'
import { caretAfter, formatCode, parseCode } from '../../../clients/web/src/views/pair/pairing-code.ts'

const seed = Date.now() % 2 ** 31

describe('a pairing code', () => {
  it.each([
    ['abcd2345', 'ABCD2345'],
    [' abcd-2345 ', 'ABCD2345'],
    ['ABCD 2345 and more', 'ABCD2345'],
    ['http://hearth.local:8080/#pair=ABCD2345', 'ABCD2345'],
    ['ab', 'AB'],
    ['…', ''],
  ])('%j is read as %j', (text, code) => {
    expect(parseCode(text)).toBe(code)
  })

  it('is shown in two groups', () => {
    expect(['', 'AB', 'ABCD', 'ABCDE', 'ABCD2345'].map(formatCode)).toEqual(['', 'AB', 'ABCD', 'ABCD E', 'ABCD 2345'])
  })

  it(`is the same however often it is shown and read, and the caret stays behind its letter (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(8), (text, letters) => {
        const code = parseCode(text)
        expect(parseCode(formatCode(code))).toBe(code)
        const before = Math.min(letters, code.length)
        expect(parseCode(formatCode(code).slice(0, caretAfter(before)))).toBe(code.slice(0, before))
      }),
      { seed },
    )
  })
})

describe('the name of a device', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 0, 'Firefox', 'Linux'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
      0,
      'Chrome',
      'Linux',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
      0,
      'Edge',
      'Windows',
    ],
    [
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
      5,
      'Chrome',
      'Android',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
      5,
      'Safari',
      'iPhone',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
      5,
      'Safari',
      'iPad',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
      0,
      'Safari',
      'Mac',
    ],
    ['something/1.0', 0, undefined, undefined],
  ])('%s', (userAgent, maxTouchPoints, browser, system) => {
    expect(devicePartsOf({ userAgent, maxTouchPoints })).toEqual({ browser, system })
  })
})

describe('what went wrong with pairing', () => {
  const failure = { message: '', retryable: false }

  it('a wrong code is told as that', () => {
    expect(problemOf({ ...failure, code: 'policy_unauthenticated' }, 0)).toEqual({ kind: 'wrong' })
  })

  it('too many are told with when to try again, as the house says or else after its minute', () => {
    const code = 'policy_rate_limited'
    expect(problemOf({ ...failure, code, retryAfterMs: 5000 }, 1000)).toEqual({ kind: 'limited', until: 6000 })
    expect(problemOf({ ...failure, code }, 1000)).toEqual({ kind: 'limited', until: 61_000 })
  })

  it('anything else stays what it is', () => {
    const other = { ...failure, code: 'client_offline' }
    expect(problemOf(other, 0)).toEqual({ kind: 'failed', failure: other })
  })
})
