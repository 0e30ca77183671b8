import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { openEndpoint } from './support/endpoint-house.ts'
import { FakeAggregator, fakeTool } from './support/fake-aggregator.ts'
import { initialize } from './support/raw-requests.ts'

const count = 250

/** Resolves with the stream once it is open; `told` is called at each news of tools. */
function listen(url: string, options: http.RequestOptions & { readonly body?: string }, told: () => void) {
  return new Promise<http.ClientRequest>((resolve, reject) => {
    const request = http.request(url, options, (answer) => {
      const isModern = options.body !== undefined
      if (!isModern) resolve(request)
      answer.setEncoding('utf8').on('data', (text: string) => {
        if (isModern && text.includes('acknowledged')) resolve(request)
        for (const _ of text.matchAll(/tools\/list_changed/g)) told()
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

const modernHeaders = {
  'content-type': 'application/json',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'subscriptions/listen',
}

/** One listener of each era, and how often each was told by now. */
async function openPair(house: { readonly url: string }, token: 'anna' | 'reader', agent: http.Agent) {
  const url = `${house.url}/mcp`
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream' }
  const told = { modern: 0, legacy: 0 }
  const modern = { method: 'POST', agent, headers: { ...headers, ...modernHeaders }, body: listenBody }
  const session = await initialize(house.url, token)
  const legacy = { method: 'GET', agent, headers: { ...headers, 'mcp-session-id': session } }
  const streams = [
    await listen(url, modern, () => (told.modern += 1)),
    await listen(url, legacy, () => (told.legacy += 1)),
  ]
  return { told, streams }
}

test('500 listeners of both eras are told by one change, each once', { timeout: 180_000 }, async () => {
  const aggregator = new FakeAggregator([fakeTool('alpha')])
  const house = await openEndpoint({ aggregator })
  const agent = new http.Agent({ keepAlive: false })
  // May use no tools: what changes in them is not for it.
  const outsider = await openPair(house, 'reader', agent)
  const pairs: (typeof outsider)[] = []
  while (pairs.length < count) {
    pairs.push(...(await Promise.all(Array.from({ length: 25 }, () => openPair(house, 'anna', agent)))))
  }
  const tolds = pairs.map(({ told }) => told)
  const rounds = 3
  for (let round = 1; round <= rounds; round += 1) {
    aggregator.setTools([fakeTool('alpha'), fakeTool(`new-${round}`)])
    await vi.waitFor(() => expect(tolds.every((told) => told.modern >= round && told.legacy >= round)).toBe(true), {
      timeout: 30_000,
    })
    // News of one stream come in order: what was told twice in the round before has come by now.
    expect(tolds).toEqual(pairs.map(() => ({ modern: round, legacy: round })))
  }
  await sleep(200)
  expect(tolds).toEqual(pairs.map(() => ({ modern: rounds, legacy: rounds })))
  expect(outsider.told).toEqual({ modern: 0, legacy: 0 })
  for (const { streams } of [outsider, ...pairs]) for (const stream of streams) stream.destroy()
  await house.close()
})
