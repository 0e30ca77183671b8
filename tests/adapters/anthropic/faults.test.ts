import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAnthropicAdapter } from '../../../services/adapters/anthropic/adapter.ts'
import type { ErrorCode } from '../../../services/common/errors/error-table.ts'
import type { VendorFault } from '../../../services/common/testing/fake-vendor/scenario.ts'
import { collect, log, never, textRequest } from '../openai/openai-harness.ts'
import { type AnthropicHarness, key, startAnthropicHarness } from './anthropic-harness.ts'

const timeouts = { headersMs: 300, firstTokenMs: 400, idleMs: 300, totalMs: 10_000 }
const slack = 5

let harness: AnthropicHarness
beforeAll(async () => {
  harness = await startAnthropicHarness()
})
afterAll(async () => {
  await harness.stop()
})

const play = async (model: string) => {
  const startedAtMs = performance.now()
  const outcome = await collect(harness.adapter.generate(textRequest({ model, timeouts }), never))
  const request = harness.vendor.requests.at(-1)
  await request?.closed
  return { ...outcome, tookMs: performance.now() - startedAtMs, request }
}

/** An adapter whose one connection is a server that answers as told. */
const asking = async (status: number, body: string, headers: Record<string, string> = {}) => {
  const server = createServer((_, response) => void response.writeHead(status, headers).end(body))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const connections = () => ({
    default: { base_url: `http://127.0.0.1:${port}`, api_key: key, api_version: '2026-10-21' },
  })
  const adapter = createAnthropicAdapter({ connections, log })
  const outcome = await collect(adapter.generate(textRequest({ timeouts }), never))
  await adapter.stop(never)
  server.closeAllConnections()
  server.close()
  return outcome
}

interface Row {
  readonly fault: VendorFault
  readonly code: ErrorCode
  /** What reaches the caller before the failure. */
  readonly text: string
  readonly withinMs: number
}

const partial = 'w0 w1 w2 '
const table: readonly Row[] = [
  { fault: 'headers-never', code: 'provider_timeout_headers', text: '', withinMs: timeouts.headersMs },
  { fault: 'silence-after-headers', code: 'provider_timeout_first_token', text: '', withinMs: timeouts.firstTokenMs },
  { fault: 'comments-only', code: 'provider_timeout_first_token', text: '', withinMs: timeouts.firstTokenMs },
  { fault: 'error-first', code: 'provider_stream_error', text: '', withinMs: 200 },
  { fault: 'done-only', code: 'provider_stream_truncated', text: '', withinMs: 200 },
  { fault: 'end-after-role', code: 'provider_stream_truncated', text: '', withinMs: 200 },
  { fault: 'stall-mid-stream', code: 'provider_timeout_idle', text: partial, withinMs: timeouts.idleMs },
  { fault: 'reset-mid-stream', code: 'provider_connection_failed', text: partial, withinMs: 200 },
  { fault: 'end-without-terminator', code: 'provider_stream_truncated', text: partial, withinMs: 200 },
  { fault: 'error-mid-stream', code: 'provider_stream_error', text: partial, withinMs: 200 },
  { fault: 'error-other-form', code: 'provider_stream_error', text: partial, withinMs: 200 },
  { fault: 'malformed-json', code: 'provider_stream_error', text: partial, withinMs: 200 },
  { fault: 'line-17mb', code: 'provider_stream_error', text: partial, withinMs: 1000 },
  { fault: 'not-sse', code: 'provider_stream_error', text: '', withinMs: 200 },
]

describe('faults of the vendor', () => {
  test.each(table)('$fault is $code with the partial kept, the request closed', async (row) => {
    const { error, text, events, tookMs, request } = await play(`fault:${row.fault}`)
    expect(error?.code).toBe(row.code)
    expect(text).toBe(row.text)
    expect(events.some(({ type }) => type === 'finish')).toBe(false)
    expect(tookMs).toBeLessThan(row.withinMs * slack)
    expect(request?.ended).toBeDefined()
    expect(error?.message).not.toContain('secret vendor text')
  })

  test('an overload told inside the stream is provider_stream_error', async () => {
    const { error, text } = await play('fault:error-mid-stream?code=overloaded_error')
    expect(error?.code).toBe('provider_stream_error')
    expect(text).toBe(partial)
  })

  test('invalid UTF-8 cut by a read becomes U+FFFD, whole characters stay whole', async () => {
    const { error, text } = await play('fault:invalid-utf8')
    expect(error).toBeUndefined()
    expect(text).toContain('🔥\uFFFD')
  })

  test('a line of 1 MB is an event like any other', async () => {
    const { error, text } = await play('fault:line-1mb')
    expect(error).toBeUndefined()
    expect(text.length).toBeGreaterThan(1024 * 1024)
  })

  test.each(['stall-after-finish', 'reset-after-finish'])('%s takes nothing away', async (fault) => {
    const { error, events, request } = await play(`fault:${fault}`)
    expect(error).toBeUndefined()
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['usage', 'finish'])
    expect(request?.ended).toBeDefined()
  })

  test('a reader that holds a batch longer than idle_ms gets its whole answer', async () => {
    const stream = harness.adapter.generate(textRequest({ model: 'fake?tokens=30&pace_ms=10', timeouts }), never)
    let text = ''
    let held = false
    for await (const batch of stream) {
      text += batch.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
      if (text === '' || held) continue
      held = true
      await sleep(timeouts.idleMs * 2)
    }
    expect(text.trim().split(' ')).toHaveLength(30)
  })
})

describe('answers that are errors', () => {
  const statuses: readonly (readonly [string, ErrorCode])[] = [
    ['status:400', 'caller_invalid_request'],
    ['status:400?code=context_length_exceeded', 'caller_invalid_request'],
    ['status:401', 'provider_auth_failed'],
    ['status:402', 'provider_billing'],
    ['status:403', 'provider_auth_failed'],
    ['status:404', 'caller_invalid_request'],
    ['status:413', 'caller_invalid_request'],
    ['status:429', 'provider_rate_limited'],
    ['status:500', 'provider_server_error'],
    ['status:504', 'provider_server_error'],
    ['status:529', 'provider_overloaded'],
    ['status:302', 'provider_connection_failed'],
  ]

  test.each(statuses)('%s is %s, asked once, without the text of the vendor', async (model, code) => {
    const before = harness.vendor.requests.length
    const { error, events } = await play(model)
    expect(error?.code).toBe(code)
    expect(error?.details.vendorStatus).toBe(Number(model.slice(7, 10)))
    expect(error?.message).not.toContain('secret vendor text')
    expect(error?.message).not.toContain(key)
    expect(events).toEqual([])
    expect(harness.vendor.requests.length).toBe(before + 1)
  })

  const refusal = (message: string) =>
    JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } })

  test.each([
    'prompt is too long: 208656 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length',
  ])('a context that is too long is said to be so: %s', async (message) => {
    const { error } = await asking(400, refusal(message))
    expect(error).toMatchObject({
      code: 'caller_invalid_request',
      message: expect.stringMatching(/longer than the context/),
      details: { openaiCode: 'context_length_exceeded' },
    })
  })

  test.each(['prompt is too long', 'Your credit balance is too low'])(
    '"%s" elsewhere in a message says nothing',
    async (words) => {
      const { error } = await asking(400, refusal(`tools.0.description: "${words}" is no description`))
      expect(error?.code).toBe('caller_invalid_request')
      expect(error?.details.openaiCode).toBeUndefined()
    },
  )

  test('an account without credit is provider_billing, also by HTTP 400', async () => {
    const { error } = await asking(400, refusal('Your credit balance is too low to access the Anthropic API.'))
    expect(error?.code).toBe('provider_billing')
  })

  test('an error without a body that can be read is told by its status', async () => {
    expect((await asking(529, '')).error?.code).toBe('provider_overloaded')
    expect((await asking(502, '<html>bad gateway</html>')).error?.code).toBe('provider_server_error')
  })

  test('Retry-After is told', async () => {
    expect((await play('status:429?retry_after=2')).error?.details.retryAfterMs).toBe(2000)
  })

  test('nobody at the address is provider_connection_failed', async () => {
    const connections = () => ({ default: { base_url: 'http://127.0.0.1:1', api_key: key, api_version: '2026-10-21' } })
    const { error } = await collect(createAnthropicAdapter({ connections, log }).generate(textRequest(), never))
    expect(error?.code).toBe('provider_connection_failed')
    expect(error?.message).toContain('adapters.anthropic.connections.default')
  })
})
