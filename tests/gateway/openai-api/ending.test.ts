import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import type { Router } from '../../../services/common/contracts/router.ts'
import { type FakeRouter, fakeRouter, type RunStep } from '../../../services/common/testing/fake-router.ts'
import { activeTimers } from '../../support/start-and-cancel.ts'
import { adminToken, baseSnapshot, type Harness, type HarnessOptions, startGateway } from '../gateway-harness.ts'
import { emit, parseEvents, post, wordsRun } from './api-harness.ts'

const ask = { model: 'demo', messages: [{ role: 'user', content: 'hi' }] } as const
const hang: RunStep = { do: 'hang' }
const open = wordsRun('text', 0, ['first']).slice(0, 2)

/** A router whose `start` resolves when it is let. */
function slowStart(router: FakeRouter, gate: Promise<void>): Router & { readonly signals: AbortSignal[] } {
  const signals: AbortSignal[] = []
  return {
    signals,
    start: async (request, caller, signal) => {
      signals.push(signal)
      await gate
      return router.start(request, caller, signal)
    },
    attach: (...of) => router.attach(...of),
    runs: (...of) => router.runs(...of),
    cancel: (...of) => router.cancel(...of),
    embed: (...of) => router.embed(...of),
  }
}

/** The client goes in the middle; resolves when its own side is done. */
async function leave(harness: Harness, stream: boolean, when: () => Promise<unknown>): Promise<void> {
  const leaving = new AbortController()
  const answer = post(harness, '/chat/completions', { ...ask, stream }, { signal: leaving.signal })
    .then((response) => response.text())
    .catch(() => 'left')
  await when()
  leaving.abort()
  await answer
}

describe('a client that leaves', () => {
  it.each([true, false])('cancels its run while nothing has come yet (stream: %s)', async (stream) => {
    await using harness = await startGateway()
    harness.router.enqueue([hang])
    await leave(harness, stream, () => expect.poll(() => harness.router.readers).toBe(1))
    await expect.poll(() => harness.router.cancels).toEqual([{ runId: 'resp_fake0', reason: 'disconnected' }])
    await expect.poll(() => harness.router.readers).toBe(0)
  })

  it('cancels its run while tokens flow, once', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...open, hang])
    const leaving = new AbortController()
    const answer = await post(harness, '/chat/completions', { ...ask, stream: true }, { signal: leaving.signal })
    await answer.body?.getReader().read()
    leaving.abort()
    await expect.poll(() => harness.router.cancels).toEqual([{ runId: 'resp_fake0', reason: 'disconnected' }])
    await expect.poll(() => harness.router.readers).toBe(0)
    expect(harness.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('while the router still starts the run: the start is given up, and a run that begins all the same is cancelled', async () => {
    const router = fakeRouter()
    const gate = Promise.withResolvers<void>()
    const slow = slowStart(router, gate.promise)
    await using harness = await startGateway({ router: slow })
    await leave(harness, true, () => expect.poll(() => slow.signals.length).toBe(1))
    await expect.poll(() => slow.signals[0]?.aborted).toBe(true)
    gate.resolve()
    await expect.poll(() => router.cancels).toEqual([{ runId: 'resp_fake0', reason: 'disconnected' }])
    expect(router.readers).toBe(0)
  })

  it('just before its first content leaves no timer behind', async () => {
    const router = fakeRouter()
    const first = open
      .flatMap((step) => (step.do === 'emit' ? step.events : []))
      .map((event, sequenceNumber) => ({ ...event, sequenceNumber }))
    const late: Router = {
      start: (...of) => router.start(...of),
      cancel: (...of) => router.cancel(...of),
      embed: (...of) => router.embed(...of),
      runs: (...of) => router.runs(...of),
      async *attach(_runId, _startingAfter, _caller, signal) {
        await once(signal, 'abort')
        yield first
      },
    }
    await using harness = await startGateway({ router: late })
    const timers: number[] = []
    for (let left = 1; left <= 5; left += 1) {
      router.enqueue([hang])
      await leave(harness, true, () => expect.poll(() => router.starts.length).toBe(left))
      await expect.poll(() => router.cancels.length).toBe(left)
      await sleep(50)
      timers.push(activeTimers())
    }
    expect(timers.at(-1)).toBeLessThanOrEqual(timers[0] ?? 0)
  })

  it('by half a close as well', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...open, hang])
    const socket = await rawPost(harness)
    await once(socket, 'data')
    socket.end()
    await expect.poll(() => harness.router.cancels.length).toBe(1)
  })

  it('is told nothing and cancels nothing when the answer was whole', async () => {
    const metrics = new Registry()
    await using harness = await startGateway({ metrics })
    await (await post(harness, '/chat/completions', { ...ask, stream: true })).text()
    await (await post(harness, '/chat/completions', ask)).text()
    await (await post(harness, '/nothing', ask)).text()
    harness.router.enqueue([hang])
    await leave(harness, true, () => expect.poll(() => harness.router.readers).toBe(1))
    await expect
      .poll(() => metrics.metrics())
      .toContain('hearth_http_requests_total{route="/v1/chat/completions",status="499"} 1')
    const text = await metrics.metrics()
    expect(text).toContain('hearth_http_requests_total{route="/v1/chat/completions",status="200"} 2')
    expect(text).toMatch(/hearth_http_requests_total\{route="unknown",status="404"\} 1/)
    expect(harness.router.cancels.length).toBe(1)
  })
})

describe('a token that is taken away', () => {
  it.each([
    ['revoked', []],
    ['left without the scope chat', ['read']],
  ] as const)('cuts the answer that runs on it when it is %s, and cancels its run', async (_, scopes) => {
    await using harness = await startGateway()
    harness.router.enqueue([...open, hang])
    const answer = await post(harness, '/chat/completions', { ...ask, stream: true })
    const cut = expect(answer.text()).rejects.toThrow('terminated')
    const rest = baseSnapshot().credentials.map((credential) => ({ ...credential, scopes }))
    harness.settings.swap({ credentials: scopes.length === 0 ? [] : rest })
    await cut
    await expect.poll(() => harness.router.cancels).toEqual([{ runId: 'resp_fake0', reason: 'disconnected' }])
  })

  it('before any settings named it cuts the answer too, unless newer ones name it in time', async () => {
    await using harness = await startGateway({ apiLimits: { suspectMs: 300 } })
    const { credentials } = baseSnapshot()
    const unnamed = credentials.filter(({ id }) => !id.includes('admin'))
    harness.settings.swap({ credentials: unnamed })
    harness.router.enqueue([...open, { do: 'wait', ms: 900 }])
    const kept = await post(harness, '/chat/completions', { ...ask, stream: true })
    harness.settings.swap({ credentials: unnamed })
    harness.settings.swap({ credentials })
    expect(await kept.text()).toContain('[DONE]')
    harness.settings.swap({ credentials: unnamed })
    harness.router.enqueue([...open, hang])
    const answer = await post(harness, '/chat/completions', { ...ask, stream: true })
    const cut = expect(answer.text()).rejects.toThrow('terminated')
    harness.settings.swap({ credentials: unnamed })
    await cut
    await expect.poll(() => harness.router.cancels).toEqual([{ runId: 'resp_fake1', reason: 'disconnected' }])
  })

  it('by another than its own goes on', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...open, { do: 'wait', ms: 200 }])
    const answer = await post(harness, '/chat/completions', { ...ask, stream: true })
    const own = baseSnapshot().credentials.filter(({ id }) => id.includes('admin'))
    expect(own.length).toBe(1)
    harness.settings.swap({ credentials: own })
    expect(await answer.text()).toContain('[DONE]')
  })
})

describe('a slow client', () => {
  const limits = { softQueueBytes: 65_536, stallMs: 300, tickMs: 20 }
  const megabytes = Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(1_000_000, 'x'))

  it('that takes nothing is cut and its run cancelled; meanwhile its run is not read', async () => {
    await using harness = await startGateway({ apiLimits: limits })
    harness.router.enqueue([...wordsRun('text', 0, megabytes).slice(0, -1), hang])
    const socket = await rawPost(harness)
    socket.pause()
    await expect.poll(() => harness.router.cancels.length, { timeout: 5000 }).toBe(1)
    socket.resume()
    let size = 0
    socket.on('data', (data: Buffer) => {
      size += data.length
    })
    await once(socket, 'close')
    expect(size).toBeLessThan(20_000_000)
  })

  it('that takes little by little gets everything', async () => {
    await using harness = await startGateway({ apiLimits: limits })
    harness.router.enqueue(wordsRun('text', 0, megabytes))
    const socket = await rawPost(harness)
    const parts: string[] = []
    for await (const data of socket) {
      parts.push(String(data))
      if (parts.length % 50 === 0) await sleep(5)
      if (parts.at(-1)?.includes('0\r\n\r\n')) break
    }
    const text = parts.join('')
    expect(text).toContain('[DONE]')
    for (const [index] of megabytes.entries()) expect(text).toContain(`"content":"${index}x`)
  })
})

describe('silence', () => {
  it('is filled with comments once the status is sent', async () => {
    await using harness = await startGateway({ apiLimits: { keepAliveMs: 50, tickMs: 10 } })
    harness.router.enqueue([...open, { do: 'wait', ms: 300 }])
    const text = await (await post(harness, '/chat/completions', { ...ask, stream: true })).text()
    expect(text.split(': keep-alive\n\n').length).toBeGreaterThan(2)
    expect(parseEvents(text).at(-1)?.data).toBe('[DONE]')
  })
})

describe('the stop of the server', () => {
  const quick = { apiLimits: { drainMs: 100 } } satisfies HarnessOptions

  it('lets an answer end by itself and refuses new requests meanwhile', async () => {
    await using harness = await startGateway({ apiLimits: { drainMs: 5000 } })
    harness.router.enqueue([...open, { do: 'wait', ms: 300 }])
    const answer = await post(harness, '/chat/completions', { ...ask, stream: true })
    const stopping = harness.gateway.stop(AbortSignal.timeout(5000))
    const refused = await post(harness, '/chat/completions', ask)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({ error: { code: 'gateway_draining' } })
    expect(await answer.text()).toContain('[DONE]')
    await stopping
  })

  it('cancels what does not end in time, and tells its client why', async () => {
    await using harness = await startGateway(quick)
    harness.router.enqueue([...open, hang])
    harness.router.enqueue([hang])
    const answer = await post(harness, '/chat/completions', { ...ask, stream: true })
    const silent = post(harness, '/chat/completions', ask)
    await expect.poll(() => harness.router.readers).toBe(2)
    await harness.gateway.stop(AbortSignal.timeout(5000))
    expect(harness.router.cancels.map(({ reason }) => reason)).toEqual(['draining', 'draining'])
    expect(await answer.text()).toContain('"code":"gateway_draining"')
    expect((await silent).status).toBe(503)
  })

  it('cancels a run that only starts after the time is over', async () => {
    const router = fakeRouter()
    const gate = Promise.withResolvers<void>()
    const slow = slowStart(router, gate.promise)
    await using harness = await startGateway({ ...quick, router: slow })
    router.enqueue([hang])
    const late = post(harness, '/chat/completions', ask)
    await expect.poll(() => slow.signals.length).toBe(1)
    const stopping = harness.gateway.stop(AbortSignal.timeout(10_000))
    await sleep(300)
    gate.resolve()
    expect((await late).status).toBe(503)
    await stopping
    expect(router.cancels).toEqual([{ runId: 'resp_fake0', reason: 'draining' }])
  })

  it('starts no run for a form that was still on its way', async () => {
    await using harness = await startGateway({ apiLimits: { drainMs: 5000 } })
    const socket = connect({ port: harness.port, host: '127.0.0.1' })
    await once(socket, 'connect')
    const part = (name: string, content: string): string =>
      `--b\r\nContent-Disposition: form-data; name="${name}"${name === 'image' ? '; filename="a"' : ''}\r\n\r\n${content}\r\n`
    const form = `${part('prompt', 'x')}${part('image', '\x89PNG\r\n\x1a\n')}--b--\r\n`
    const head = [
      'POST /v1/images/edits HTTP/1.1',
      `Host: 127.0.0.1:${harness.port}`,
      `Authorization: Bearer ${adminToken}`,
      'Content-Type: multipart/form-data; boundary=b',
      `Content-Length: ${form.length}`,
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n${form.slice(0, 20)}`, 'latin1')
    await sleep(100)
    const stopping = harness.gateway.stop(AbortSignal.timeout(10_000))
    socket.write(form.slice(20), 'latin1')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 503 /)
    await stopping
    expect(harness.router.starts).toEqual([])
    socket.destroy()
  })
})

/** A streamed chat request on a bare socket. */
async function rawPost({ port }: Harness): Promise<ReturnType<typeof connect>> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const body = JSON.stringify({ ...ask, stream: true })
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    `Authorization: Bearer ${adminToken}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  return socket
}

describe('an answer larger than is collected', () => {
  it('is refused with 413 and its run cancelled', async () => {
    await using harness = await startGateway({ apiLimits: { answerBytes: 1000 } })
    harness.router.enqueue([...wordsRun('text', 0, ['x'.repeat(2000)]).slice(0, 2), hang])
    const answer = await post(harness, '/chat/completions', ask)
    expect(answer.status).toBe(413)
    await expect.poll(() => harness.router.cancels.length).toBe(1)
    harness.router.enqueue([emit({ type: 'response.queued', position: 1 })])
    expect((await post(harness, '/chat/completions', ask)).status).toBe(200)
  })
})
