import { describe, expect, test } from 'vitest'
import { listen, listenModern } from './http-servers.ts'
import { lineOf, serverOf, startPool, until } from './pool-house.ts'

const never = new AbortController().signal

describe('listing', () => {
  test('is under way until it is answered, and ends when its caller goes away', async () => {
    const { get } = startPool([lineOf('line', ['silent-list'])])
    const controller = new AbortController()
    const listing = get('line').list(controller.signal)
    await until(() => get('line').status().state === 'ready')
    expect(get('line').status().callsInFlight).toBe(1)
    controller.abort()
    await expect(listing).rejects.toMatchObject({ code: 'caller_cancelled' })
    expect(get('line').status().callsInFlight).toBe(0)
  })

  test('that is not answered in time is late, and a server that answers something else stays', async () => {
    const { get } = startPool([lineOf('line', ['silent-list'], { limits: { timeout_ms: 300 } })])
    await expect(get('line').list(never)).rejects.toMatchObject({ code: 'tool_timeout' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(get('line').status().state).toBe('ready')
  })

  test('that is not answered in time opens the breaker of a server that answers nothing at all', async () => {
    let isSilent = false
    const server = await listenModern((handle) => (request, response) => {
      if (!isSilent) handle(request, response)
    })
    const { get } = startPool([serverOf('web', { url: server.url, limits: { timeout_ms: 300 } })])
    await get('web').list(never)
    isSilent = true
    await expect(get('web').list(never)).rejects.toMatchObject({ code: 'tool_timeout' })
    await until(() => get('web').status().state === 'open')
  })
})

test('a start over the old transport that never gets its first event is given up in time, and holds up nothing', async () => {
  const server = await listen((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  })
  const spec = { url: server.url, transport: 'sse', limits: { start_timeout_ms: 300 } }
  const { get, pool } = startPool([serverOf('old', spec)])
  await expect(get('old').list(never)).rejects.toMatchObject({
    code: 'tool_unavailable',
    message: expect.stringContaining('took too long'),
  })
  const stoppedAt = performance.now()
  await pool.stop(AbortSignal.timeout(1000))
  expect(performance.now() - stoppedAt).toBeLessThan(1000)
})
