import { once } from 'node:events'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { Readiness } from '../../../services/common/lifecycle/readiness.ts'
import { createRegistry, OperationsListener } from '../../../services/common/telemetry/operations.ts'

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((part) => part.stop()))
})

interface Overrides {
  readonly host?: string
  readonly port?: number
  readonly openMetrics?: boolean
  readonly yieldPort?: boolean
}

async function listen(readiness: Readiness, overrides: Overrides = {}): Promise<{ url: string; port: number }> {
  const listener = new OperationsListener({
    host: '127.0.0.1',
    port: 0,
    openMetrics: false,
    allowedHosts: ['localhost', '127.0.0.1'],
    yieldPort: false,
    readiness,
    registry: createRegistry(),
    mayRead: async (token) => token === 'right',
    log: pino({ level: 'silent' }),
    ...overrides,
  })
  opened.push(listener)
  await listener.start()
  return { url: `http://127.0.0.1:${listener.port}`, port: listener.port }
}

describe('the operations listener', () => {
  it('says alive, and not ready with the reason until nothing blocks', async () => {
    const readiness = new Readiness()
    readiness.report('local', 'loading the model', true)
    readiness.report('config', 'config.yaml:3 is wrong', false)
    const { url } = await listen(readiness)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const notReady = await fetch(`${url}/readyz`)
    expect(notReady.status).toBe(503)
    expect(await notReady.json()).toMatchObject({
      status: 'not_ready',
      reasons: [{ check: 'local' }, { check: 'config' }],
    })
    readiness.clear('local')
    const ready = await fetch(`${url}/readyz`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toEqual({
      status: 'ready',
      reasons: [{ check: 'config', blocking: false, message: 'config.yaml:3 is wrong' }],
    })
  })

  it('refuses a foreign Host or Origin, and answers probes that use an address', async () => {
    const { port } = await listen(new Readiness())
    const statusOf = (headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get({ host: '127.0.0.1', port, path: '/metrics', headers }, (response) => {
          response.resume()
          resolve(response.statusCode)
        }).on('error', reject)
      })
    expect(await statusOf({ Host: 'rebound.example' })).toBe(403)
    expect(await statusOf({ Origin: 'https://foreign.example' })).toBe(403)
    expect(await statusOf({ Host: `10.1.2.3:${port}` })).toBe(200)
    expect(await statusOf({ Host: `[fd00::1]:${port}` })).toBe(200)
    expect(await statusOf({ Origin: `http://127.0.0.1:${port}` })).toBe(200)
  })

  it('gives metrics freely on loopback', async () => {
    const { url } = await listen(new Readiness())
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu_seconds_total')
  })

  it('wants a token for metrics beyond loopback, unless they are open', async () => {
    const guarded = await listen(new Readiness(), { host: '0.0.0.0' })
    expect((await fetch(`${guarded.url}/metrics`)).status).toBe(401)
    const wrong = await fetch(`${guarded.url}/metrics`, { headers: { authorization: 'Bearer wrong' } })
    expect(wrong.status).toBe(401)
    const right = await fetch(`${guarded.url}/metrics`, { headers: { authorization: 'Bearer right' } })
    expect(right.status).toBe(200)
    const open = await listen(new Readiness(), { host: '0.0.0.0', openMetrics: true })
    expect((await fetch(`${open.url}/metrics`)).status).toBe(200)
  })

  it('takes a free port when the wanted one is in use and it may, else names the setting', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const address = holder.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const moved = await listen(new Readiness(), { port, yieldPort: true })
    expect(moved.port).not.toBe(port)
    await expect(listen(new Readiness(), { port })).rejects.toThrow('HEARTH_OPERATIONS__PORT')
    holder.close()
  })
})
