import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'
import { toolRecord } from './support/tool-record.ts'

/** Work that begins, goes on until it is let go, and ends early with a signal as an upstream would. */
function gate() {
  const begun = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const pass = async (signal: AbortSignal): Promise<void> => {
    begun.resolve()
    const gone = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => gone.reject(signal.reason))
    await Promise.race([opened.promise, gone.promise])
  }
  return { begun: begun.promise, open: () => opened.resolve(), pass }
}

describe('clients of the API that go before they are answered', () => {
  let api: ApiUnderTest
  beforeEach(async () => {
    api = await startApi()
  })
  afterEach(async () => api[Symbol.asyncDispose]())

  /** Sends, and hangs up once the work has begun. */
  async function sendAndLeave(path: string, init: RequestInit, begun: Promise<void>): Promise<void> {
    const leaving = new AbortController()
    const headers = { authorization: `Bearer ${api.adminToken}`, 'content-type': 'application/json', ...init.headers }
    const sent = fetch(`${api.url}${path}`, { method: 'POST', ...init, headers, signal: leaving.signal })
    await Promise.race([begun, sent])
    leaving.abort()
    await expect(sent).rejects.toThrow()
    // The server hears of it a moment later.
    await sleep(50)
  }

  const headers = { 'idempotency-key': 'once' }

  it('find their write done when they send it again under its Idempotency-Key', async () => {
    const { begun, open, pass } = gate()
    api.aggregator.beforeSync = pass
    const path = '/api/v1/mcp/servers'
    const json = { name: 'printer', url: 'http://127.0.0.1:9/mcp' }
    await sendAndLeave(path, { body: JSON.stringify(json), headers }, begun)
    const again = api.call('POST', path, { json, headers })
    open()
    expect(await again).toMatchObject({ status: 201, body: { name: 'printer' } })
    expect(await api.call('POST', path, { json, headers })).toMatchObject({ status: 201 })
  })

  it('have a tool called once under an Idempotency-Key', async () => {
    await api.store.catalog.save({ server: 'filed', tools: [toolRecord('filed', 'print')], listing: undefined })
    await api.aggregator.sync()
    const { begun, open, pass } = gate()
    let calls = 0
    api.aggregator.answer = async ({ signal }) => {
      calls += 1
      await pass(signal)
      return { type: 'complete', result: { content: [{ type: 'text', text: 'printed' }] } }
    }
    const path = '/api/v1/mcp/tools/print/call'
    const json = { arguments: {} }
    await sendAndLeave(path, { body: JSON.stringify(json), headers }, begun)
    const again = api.call('POST', path, { json, headers })
    open()
    expect(await again).toMatchObject({ status: 200, body: { content: [{ text: 'printed' }] } })
    expect(calls).toBe(1)
  })

  it('end what they asked for without a key', async () => {
    await api.store.catalog.save({ server: 'filed', tools: [toolRecord('filed', 'print')], listing: undefined })
    await api.aggregator.sync()
    const { begun, pass } = gate()
    const ended = Promise.withResolvers<void>()
    api.aggregator.answer = async ({ signal }) => {
      await pass(signal).finally(() => ended.resolve())
      return { type: 'complete', result: { content: [] } }
    }
    await sendAndLeave('/api/v1/mcp/tools/print/call', { body: '{"arguments":{}}' }, begun)
    await ended.promise
  })

  it('leave a write without a key whole: MCP goes by it', async () => {
    const { begun, open, pass } = gate()
    let hasEnded = false
    api.aggregator.beforeSync = (signal) => pass(signal).finally(() => (hasEnded = true))
    const body = JSON.stringify({ name: 'printer', url: 'http://127.0.0.1:9/mcp' })
    await sendAndLeave('/api/v1/mcp/servers', { body }, begun)
    expect(hasEnded).toBe(false)
    open()
    await expect.poll(() => api.aggregator.catalog().servers.has('printer')).toBe(true)
  })
})
