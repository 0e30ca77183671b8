import { ProtocolError } from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { exchangeFailureOf } from '../../../../services/mcp/aggregator/upstream/exchange/exchange-failure.ts'

const failureOf = (code: number, data?: unknown, message = 'no') =>
  exchangeFailureOf('web', new ProtocolError(code, message, data), 1024)

test('a resource that is not there is told in the words of every revision', () => {
  const data = { uri: 'a://b' }
  expect(failureOf(-32002, data)).toMatchObject({ type: 'answered', error: { code: -32602, message: 'no', data } })
})

test('the wish of a server that a page is opened is not passed on, nor the address of the page', () => {
  const failure = failureOf(-32042, { elicitations: [{ mode: 'url', url: 'https://evil.example/' }] }, 'evil.example')
  expect(failure).toMatchObject({ type: 'answered', error: { code: 'tool_failed' } })
  if (failure.type !== 'answered') throw new Error('not answered')
  expect(failure.error.message).not.toContain('evil')
  expect('data' in failure.error).toBe(false)
})

test('what comes beside an error is left out when it is large, and its words are cut', () => {
  const small = { why: ['because', 1] }
  expect(failureOf(-32000, small)).toMatchObject({ error: { code: -32000, data: small } })
  for (const data of ['x'.repeat(20_000), { a: { b: Array(20_000).fill(0) } }]) {
    const failure = failureOf(-32602, data, 'y'.repeat(10_000))
    if (failure.type !== 'answered' || !(failure.error instanceof ProtocolError)) throw new Error('not answered')
    expect(failure.error.code).toBe(-32602)
    expect(failure.error.data).toBeUndefined()
    expect(failure.error.message).toHaveLength(2000)
  }
})
