import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOpenaiAdapter } from '../../../services/adapters/openai/adapter.ts'
import type { ErrorCode } from '../../../services/common/errors/error-table.ts'
import type { VendorFault } from '../../../services/common/testing/fake-vendor/scenario.ts'
import { collect, log, never, type OpenaiHarness, startOpenaiHarness, textRequest } from './openai-harness.ts'

const timeouts = { headersMs: 300, firstTokenMs: 400, idleMs: 300, totalMs: 10_000 }
/** Where no timer is meant to fire, on a busy machine neither. */
const patience = { headersMs: 5000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 }
const slack = 5

let harness: OpenaiHarness
beforeAll(async () => {
  harness = await startOpenaiHarness()
})
afterAll(async () => {
  await harness.stop()
})

const play = async (model: string, limits = timeouts) => {
  const startedAtMs = performance.now()
  const outcome = await collect(harness.adapter.generate(textRequest({ model, timeouts: limits }), never))
  const request = harness.vendor.requests.at(-1)
  await request?.closed
  return { ...outcome, tookMs: performance.now() - startedAtMs, request }
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
    const { error, text, events, tookMs, request } = await play(
      `fault:${row.fault}`,
      row.code.startsWith('provider_timeout') ? timeouts : patience,
    )
    expect(error?.code).toBe(row.code)
    expect(text).toBe(row.text)
    expect(events.some(({ type }) => type === 'finish')).toBe(false)
    expect(tookMs).toBeLessThan(row.withinMs * slack)
    expect(request?.ended).toBeDefined()
    expect(error?.message).not.toContain('secret vendor text')
  })

  test('a timer fires no sooner than it says', async () => {
    const { tookMs } = await play('fault:headers-never')
    expect(tookMs).toBeGreaterThanOrEqual(timeouts.headersMs)
  })

  test('invalid UTF-8 cut by a read becomes U+FFFD, whole characters stay whole', async () => {
    const { error, text } = await play('fault:invalid-utf8')
    expect(error).toBeUndefined()
    expect(text).toContain('w2 🔥\uFFFDw3 ')
  })

  test('a line of 1 MB is an event like any other', async () => {
    const { error, text } = await play('fault:line-1mb')
    expect(error).toBeUndefined()
    expect(text.length).toBeGreaterThan(1024 * 1024)
  })
})

describe('what happens after the answer is whole', () => {
  test.each(['stall-after-finish', 'reset-after-finish'])('%s takes nothing away', async (fault) => {
    const { error, events, request } = await play(`fault:${fault}`)
    expect(error).toBeUndefined()
    expect(events.slice(-2)).toEqual([
      { type: 'text-end', id: 'b0' },
      { type: 'finish', reason: 'stop' },
    ])
    expect(request?.ended).toBeDefined()
  })
})

describe('a timer that fires while the terminator of a whole answer is awaited', () => {
  test.each([
    ['first_token_ms, of an answer without content', 'fault:stall-after-finish?tokens=0', { firstTokenMs: 400 }],
    ['total_ms', 'fault:stall-after-finish', { totalMs: 600 }],
  ])('%s takes nothing away', async (_, model, limit) => {
    const { error, events } = await play(model, { ...patience, ...limit })
    expect(error).toBeUndefined()
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
  })
})

describe('a slow reader', () => {
  test('that holds a batch longer than idle_ms gets its whole answer', async () => {
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
  test('an error whose body never ends is told by its status', async () => {
    const server = createHttpServer((_, response) => void response.writeHead(429).write('{"error":')).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const connections = () => ({ default: { base_url: `http://127.0.0.1:${port}/v1`, api: 'chat' as const } })
    const { error } = await collect(createOpenaiAdapter({ connections, log }).generate(textRequest(), never))
    expect(error?.code).toBe('provider_rate_limited')
    server.closeAllConnections()
    server.close()
  })

  const statuses: readonly (readonly [string, ErrorCode])[] = [
    ['status:400', 'caller_invalid_request'],
    ['status:400?code=context_length_exceeded', 'caller_invalid_request'],
    ['status:400?code=content_filter', 'provider_content_filtered'],
    ['status:400?code=constructor', 'caller_invalid_request'],
    ['status:401', 'provider_auth_failed'],
    ['status:402', 'provider_billing'],
    ['status:403', 'provider_auth_failed'],
    ['status:404', 'caller_invalid_request'],
    ['status:422', 'caller_invalid_request'],
    ['status:429', 'provider_rate_limited'],
    ['status:429?code=insufficient_quota', 'provider_billing'],
    ['status:500', 'provider_server_error'],
    ['status:502', 'provider_server_error'],
    ['status:503', 'provider_overloaded'],
    ['status:529', 'provider_overloaded'],
    ['status:302', 'provider_connection_failed'],
  ]

  test.each(statuses)('%s is %s, asked once, without the text of the vendor', async (model, code) => {
    const before = harness.vendor.requests.length
    const { error, events } = await play(model)
    expect(error?.code).toBe(code)
    expect(error?.details.vendorStatus).toBe(Number(model.slice(7, 10)))
    expect(error?.message).not.toContain('secret vendor text')
    expect(events).toEqual([])
    expect(harness.vendor.requests.length).toBe(before + 1)
  })

  test('a context that is too long is said to be so', async () => {
    const { error } = await play('status:400?code=context_length_exceeded')
    expect(error?.message).toMatch(/longer than the context/)
  })

  test('Retry-After is told, as seconds and as a date', async () => {
    expect((await play('status:429?retry_after=2')).error?.details.retryAfterMs).toBe(2000)
    const date = encodeURIComponent(new Date(Date.now() + 60_000).toUTCString())
    const { error } = await play(`status:429?retry_after=${date}`)
    expect(error?.details.retryAfterMs).toBeGreaterThan(50_000)
    expect(error?.details.retryAfterMs).toBeLessThanOrEqual(60_000)
    expect((await play('status:429?retry_after=soon')).error?.details).toEqual({ vendorStatus: 429 })
  })

  test('nobody at the address, and an unknown host, are provider_connection_failed', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const address = closed.address()
    const port = typeof address === 'object' ? address?.port : undefined
    closed.close()
    const adapter = createOpenaiAdapter({
      connections: () => ({
        default: { base_url: `http://127.0.0.1:${port}/v1`, api: 'chat' as const },
        nowhere: { base_url: 'http://hearth-test.invalid/v1', api: 'chat' as const },
      }),
      log,
    })
    const refused = await collect(adapter.generate(textRequest(), never))
    expect(refused.error).toMatchObject({ code: 'provider_connection_failed' })
    expect(refused.error?.message).toMatch(/ECONNREFUSED.*check base_url/)
    const unknown = await collect(adapter.generate(textRequest({ connection: 'nowhere' }), never))
    expect(unknown.error?.code).toBe('provider_connection_failed')
  })

  test('a server that speaks no HTTP is provider_connection_failed', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('this is not HTTP\r\n\r\n')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const connections = () => ({ default: { base_url: `http://127.0.0.1:${port}/v1`, api: 'chat' as const } })
    const { error } = await collect(createOpenaiAdapter({ connections, log }).generate(textRequest(), never))
    expect(error?.code).toBe('provider_connection_failed')
    server.close()
  })
})
