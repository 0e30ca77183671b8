import { describe, expect, it } from 'vitest'
import { judgeAnswer } from '../../scripts/fuzz/bodies/judge-answer.ts'
import { describeReport } from '../../scripts/fuzz/describe-report.ts'

const answer = (status: number, body: string, type = 'application/json'): string =>
  `HTTP/1.1 ${status} X\r\nContent-Type: ${type}\r\n\r\n${body}`
const error = (code: string): string => JSON.stringify({ error: { code } })

describe('the judge of answers to hostile bodies', () => {
  it.each([
    ['a success', answer(200, '{}'), 'taken'],
    ['a stream with its end', answer(200, 'data: {}\n\ndata: [DONE]\n\n', 'text/event-stream'), 'taken'],
    ['a typed refusal', answer(400, error('caller_invalid_request')), 'refused'],
    ['what is not there now', answer(503, error('gateway_no_adapter')), 'refused'],
    ['an answer after 100 Continue', `HTTP/1.1 100 Continue\r\n\r\n${answer(400, error('caller_x'))}`, 'refused'],
  ])('takes %s', (_what, text, status) => {
    expect(judgeAnswer(text, false)).toEqual({ status })
  })

  it.each([
    ['no answer', ''],
    ['a defect of ours', answer(500, error('gateway_internal'))],
    ['a refusal without a code', answer(400, '<html>')],
    ['a stream without an end', answer(200, 'data: {"choices":[]}\n\n', 'text/event-stream')],
    ['what is no HTTP', 'hello'],
  ])('sees %s', (_what, text) => {
    expect(judgeAnswer(text, false).status).toBe('wrong')
  })

  it('takes silence for a request that was cut, and for no other', () => {
    expect(judgeAnswer('', true)).toEqual({ status: 'cut' })
  })
})

it('a failure is told with the command that shows it again', () => {
  const report = { done: 9, failures: [{ seed: 77, says: 'no answer' }], outcomes: { taken: 8 } }
  expect(describeReport('bodies', report)).toEqual([
    'bodies: 9, wrong: 1  {"taken":8}',
    '  no answer',
    '    again: npm run fuzz -- --seed 77 --streams 0 --bodies 1 --frames 0',
  ])
})
