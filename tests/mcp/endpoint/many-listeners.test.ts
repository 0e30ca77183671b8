import http from 'node:http'
import { expect, test } from 'vitest'
import { openEndpoint } from './support/endpoint-house.ts'
import { FakeAggregator, fakeTool } from './support/fake-aggregator.ts'
import { initialize } from './support/raw-requests.ts'

const count = 250

/** Resolves with the stream once it is open; `told` is called at the first news of tools. */
function listen(url: string, options: http.RequestOptions & { readonly body?: string }, told: () => void) {
  return new Promise<http.ClientRequest>((resolve, reject) => {
    const request = http.request(url, options, (answer) => {
      let isTold = false
      const modern = options.body !== undefined
      if (!modern) resolve(request)
      answer.setEncoding('utf8').on('data', (text: string) => {
        if (modern && text.includes('acknowledged')) resolve(request)
        if (isTold || !text.includes('tools/list_changed')) return
        isTold = true
        told()
      })
      answer.on('error', () => undefined)
    })
    request.on('error', reject)
    request.end(options.body)
  })
}

const listenBody = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'subscriptions/listen',
  params: {
    notifications: { toolsListChanged: true },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
})

test('500 listeners of both eras are told by one change, each once', async () => {
  const aggregator = new FakeAggregator([fakeTool('alpha')])
  const house = await openEndpoint({ aggregator })
  const agent = new http.Agent({ keepAlive: false })
  let told = 0
  const all = Promise.withResolvers<void>()
  const hear = (): void => {
    told += 1
    if (told === 2 * count) all.resolve()
  }
  const authorization = 'Bearer anna'
  const modernHeaders = {
    authorization,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'subscriptions/listen',
  }
  const streams: http.ClientRequest[] = []
  for (let index = 0; index < count; index += 1) {
    const url = `${house.url}/mcp`
    streams.push(await listen(url, { method: 'POST', agent, headers: modernHeaders, body: listenBody }, hear))
    const session = await initialize(house.url)
    const headers = { authorization, accept: 'text/event-stream', 'mcp-session-id': session }
    streams.push(await listen(url, { method: 'GET', agent, headers }, hear))
  }
  const before = performance.now()
  aggregator.setTools([fakeTool('alpha'), fakeTool('beta')])
  await all.promise
  const tookMs = performance.now() - before
  for (const stream of streams) stream.destroy()
  await house.close()
  expect(told).toBe(2 * count)
  expect(tookMs).toBeLessThan(1000)
})
