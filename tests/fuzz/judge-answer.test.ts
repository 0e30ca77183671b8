import { describe, expect, it } from 'vitest'
import { judgeAnswer } from '../../scripts/fuzz/bodies/judge-answer.ts'
import { describeReport } from '../../scripts/fuzz/describe-report.ts'

const answer = (status: number, body: string, type = 'application/json'): string =>
  `HTTP/1.1 ${status} X\r\nContent-Type: ${type}\r\n\r\n${body}`
const stream = (...events: readonly string[]): string =>
  answer(200, events.map((text) => `${text}\n\n`).join(''), 'text/event-stream')
const event = (type: string): string => `event: ${type}\ndata: {"type":"${type}","sequence_number":1}`
const partial = (kind: 'generation' | 'edit'): string => event(`image_${kind}.partial_image`)
const chunk = 'data: {"choices":[]}'
const error = (code: string): string => JSON.stringify({ error: { code } })

describe('the judge of answers to hostile bodies', () => {
  it.each([
    ['a success', answer(200, '{}'), 'taken'],
    ['a stream with its end', stream(chunk, 'data: [DONE]'), 'taken'],
    ['a stream of a response with its end', stream(event('response.created'), event('response.incomplete')), 'taken'],
    ['a stream of a response that failed', stream(event('response.created'), event('response.failed')), 'taken'],
    ['a picture with its end', stream(partial('generation'), event('image_generation.completed')), 'taken'],
    ['an edited picture with its end', stream(partial('edit'), event('image_edit.completed')), 'taken'],
    ['a picture that failed', stream(partial('edit'), 'event: error\ndata: {"type":"error","error":{}}'), 'taken'],
    ['a stream with an error at its end', stream(chunk, `data: ${error('provider_timeout_idle')}`), 'taken'],
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
    ['a stream without an end', stream(chunk)],
    ['a stream of a response that stops after its first event', stream(event('response.created'))],
    [
      'a stream of a response that stops within a part',
      stream(event('response.created'), event('response.output_text.done')),
    ],
    ['a picture that stops after a partial one', stream(partial('generation'))],
    ['an edited picture that stops after a partial one', stream(partial('edit'))],
    ['a text that tells of an end', stream(`data: {"choices":[{"delta":{"content":"data: [DONE]"}}]}`)],
    ['an echo that looks like an end', stream('data: {"type":"response.created","tools":[{"type":"error"}]}')],
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
