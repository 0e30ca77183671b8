import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { activeTimers } from '../../support/start-and-cancel.ts'
import { adminToken, type Harness, startGateway } from '../gateway-harness.ts'
import { wordsRun } from './api-harness.ts'

const body = JSON.stringify({ model: 'demo', stream: true, messages: [{ role: 'user', content: 'hi' }] })
const hanging = [...wordsRun('text', 0, ['first']).slice(0, 2), { do: 'hang' } as const]

const head = (port: number, line: string, token: string, more: readonly string[] = []): string =>
  [`${line} HTTP/1.1`, `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`, ...more, '', ''].join('\r\n')

const chat = (port: number): string =>
  head(port, 'POST /v1/chat/completions', adminToken, [
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]) + body

async function send({ port }: Harness, text: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

/** A stop that waits for nothing, although it would wait 10 s for requests that go on. */
async function stopsAtOnce({ gateway }: Harness): Promise<boolean> {
  const began = performance.now()
  await gateway.stop(AbortSignal.timeout(10_000))
  return performance.now() - began < 4000
}

const warnings: Error[] = []
const onWarning = (warning: Error) => warnings.push(warning)
afterEach(() => void process.off('warning', onWarning))

describe('requests that wait behind another on their socket', () => {
  it('are over when it closes: their runs are cancelled, their streams leave no timer', async () => {
    await using harness = await startGateway({ apiLimits: { tickMs: 20, drainMs: 60_000 } })
    const timers = activeTimers()
    harness.router.enqueue(hanging)
    harness.router.enqueue(hanging)
    const socket = await send(harness, chat(harness.port).repeat(2))
    await once(socket, 'data')
    await expect.poll(() => harness.router.readers).toBe(2)
    socket.destroy()
    await expect.poll(() => harness.router.cancels.map(({ runId }) => runId)).toEqual(['resp_fake0', 'resp_fake1'])
    await expect.poll(() => harness.router.readers).toBe(0)
    await expect.poll(() => activeTimers()).toBeLessThanOrEqual(timers)
    expect(await stopsAtOnce(harness)).toBe(true)
  })

  it('are over when it closes while their tokens are checked, a hundred of them', async () => {
    process.on('warning', onWarning)
    const gate = Promise.withResolvers<never>()
    gate.promise.catch(() => undefined)
    let checks = 0
    const authenticate = () => {
      checks += 1
      return gate.promise
    }
    await using harness = await startGateway({ identity: { authenticate }, apiLimits: { drainMs: 60_000 } })
    const socket = await send(harness, head(harness.port, 'GET /v1/models', 'wrong').repeat(100))
    await expect.poll(() => checks).toBe(100)
    socket.destroy()
    await once(socket, 'close')
    expect(await stopsAtOnce(harness)).toBe(true)
    expect(warnings).toEqual([])
  })

  it('are answered in turn on a socket that stays, which collects no listeners', async () => {
    process.on('warning', onWarning)
    await using harness = await startGateway()
    const socket = await send(harness, head(harness.port, 'GET /v1/models', adminToken).repeat(50))
    let text = ''
    socket.on('data', (data) => {
      text += data.toString()
    })
    await expect.poll(() => text.split('HTTP/1.1 200').length - 1).toBe(50)
    socket.write(head(harness.port, 'GET /v1/models', adminToken))
    await expect.poll(() => text.split('HTTP/1.1 200').length - 1).toBe(51)
    socket.destroy()
    expect(warnings).toEqual([])
  })
})
