import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../../services/common/errors/error-table.ts'
import type { VendorFault } from '../../../services/common/testing/fake-vendor/scenario.ts'
import { never, textRequest } from './local-harness.ts'
import { type ServerHouse, startServerHouse, timeouts } from './server-harness.ts'

let house: ServerHouse
beforeAll(async () => {
  house = await startServerHouse()
})
afterAll(async () => {
  await house.stop()
})

const partial = 'w0 w1 w2 '
/** Code and the text kept, the same on both wires. */
const table: readonly (readonly [VendorFault, ErrorCode, string])[] = [
  ['silence-after-headers', 'provider_timeout_first_token', ''],
  ['error-first', 'provider_stream_error', ''],
  ['end-after-role', 'provider_stream_truncated', ''],
  ['stall-mid-stream', 'provider_timeout_idle', partial],
  ['reset-mid-stream', 'provider_connection_failed', partial],
  ['end-without-terminator', 'provider_stream_truncated', partial],
  ['error-other-form', 'provider_stream_error', partial],
  ['malformed-json', 'provider_stream_error', partial],
  ['line-17mb', 'provider_stream_error', partial],
  ['not-sse', 'provider_stream_error', ''],
]
const cells = [
  // Ollama tells that it loads its model: that wait is the first token's (server-loading.test.ts).
  { connection: 'plain', fault: 'headers-never', code: 'provider_timeout_headers', text: '' } as const,
  ...table.flatMap(([fault, code, text]) =>
    ['plain', 'native'].map((connection) => ({ connection, fault, code, text })),
  ),
]

describe('faults of a server', () => {
  test.each(cells)('$connection: $fault is $code with the partial kept', async ({ connection, fault, code, text }) => {
    const outcome = await house.play(connection, `fault:${fault}`)
    expect(outcome.error?.code).toBe(code)
    expect(outcome.text).toBe(text)
    expect(outcome.events.some(({ type }) => type === 'finish')).toBe(false)
    expect(outcome.totalMs).toBeLessThan(timeouts.firstTokenMs * 5)
    expect(outcome.request?.ended).toBeDefined()
    expect(outcome.error?.message).not.toContain('secret vendor text')
  })

  test.each(['plain', 'native'])(
    '%s: an error mid-stream keeps the partial and tells nothing of its text',
    async (connection) => {
      const { error, text } = await house.play(connection, 'fault:error-mid-stream')
      expect(error?.code).toMatch(/^provider_/)
      expect(text).toBe(partial)
      expect(error?.message).not.toContain('secret vendor text')
    },
  )

  test.each(['plain', 'native'])(
    '%s: invalid UTF-8 cut by a read becomes U+FFFD; a line of 1 MB passes',
    async (connection) => {
      const broken = await house.play(connection, 'fault:invalid-utf8')
      expect(broken.error).toBeUndefined()
      expect(broken.text).toContain('🔥\uFFFD')
      const long = await house.play(connection, 'fault:line-1mb')
      expect(long.error).toBeUndefined()
      expect(long.text.length).toBeGreaterThan(1024 * 1024)
    },
  )
})

describe('refusals', () => {
  test.each([
    ['status:401', 'provider_auth_failed'],
    ['status:429?retry_after=2', 'provider_rate_limited'],
    ['status:500', 'provider_server_error'],
    ['status:529', 'provider_overloaded'],
    ['status:400', 'caller_invalid_request'],
  ])('%s is %s on both wires, with the path of the connection', async (model, code) => {
    for (const connection of ['plain', 'native']) {
      const { error } = await house.play(connection, model)
      expect(error?.code).toBe(code)
      expect(error?.message).toContain(`adapters.local.connections.${connection}`)
      expect(error?.message).not.toContain('secret vendor text')
    }
  })

  test('a model that Ollama does not have: which to pull', async () => {
    for (const connection of ['ollama', 'native']) {
      const { error } = await house.play(connection, 'status:404')
      expect(error).toMatchObject({ code: 'caller_invalid_request', details: { vendorStatus: 404 } })
      expect(error?.message).toContain('ollama pull status:404')
    }
  })
})

describe('a server that is not there', () => {
  test.each([
    ['ollama', null, 'ollama serve'],
    ['ollama', 4096, 'ollama serve'],
    ['llamacpp', null, 'llama-server'],
    ['vllm', null, 'vllm serve'],
    ['lmstudio', null, 'lms server start'],
  ] as const)('%s with num_ctx %s fails at once and says how to start it', async (flavor, num_ctx, start) => {
    const port = await freePort()
    house.set('dead', { base_url: `http://user:hidden@127.0.0.1:${port}/v1`, flavor, num_ctx })
    const { error, totalMs } = await house.play('dead', 'fake')
    expect(error?.code).toBe('provider_connection_failed')
    expect(error?.message).toContain(`http://127.0.0.1:${port}/v1`)
    expect(error?.message).toContain(start)
    expect(error?.message).not.toContain('hidden')
    expect(totalMs).toBeLessThan(1000)
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

describe('an abort closes the socket', () => {
  test.each([
    ['plain', 'fault:headers-never'],
    ['native', 'fault:headers-never'],
    ['plain', 'fault:silence-after-headers'],
    ['native', 'fault:silence-after-headers'],
    ['llamacpp', 'fake?tokens=10000&pace_ms=2'],
    ['native', 'fake?tokens=10000&pace_ms=2'],
  ])('%s, %s', async (connection, model) => {
    const controller = new AbortController()
    const index = house.vendor.requests.length
    const asked = textRequest(model, { connection })
    const running = (async () => {
      for await (const _ of house.adapter.generate(asked, controller.signal));
    })()
    const failed = running.catch((error: unknown) => error)
    const request = await house.vendor.request(index, AbortSignal.timeout(2000))
    await sleep(50)
    const abortedAtMs = performance.now()
    controller.abort()
    await request.closed
    expect(performance.now() - abortedAtMs).toBeLessThan(500)
    expect(request.ended?.by).toBe('client')
    expect(await failed).toMatchObject({ code: 'caller_cancelled' })
  })

  test('a reader that leaves while the model loads closes it too', async () => {
    const index = house.vendor.requests.length
    for await (const batch of house.adapter.generate(
      textRequest('leave?load_ms=60000', { connection: 'native' }),
      never,
    )) {
      expect(batch).toEqual([{ type: 'phase', phase: 'loading_model' }])
      break
    }
    const request = await house.vendor.request(index, AbortSignal.timeout(2000))
    await request.closed
    expect(request.ended?.by).toBe('client')
  })
})
