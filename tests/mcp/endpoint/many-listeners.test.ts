import http from 'node:http'
import { expect, test } from 'vitest'
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

test('500 listeners of both eras are told by one change, each once', { timeout: 90_000 }, async () => {
  const aggregator = new FakeAggregator([fakeTool('alpha')])
  const house = await openEndpoint({ aggregator })
  const agent = new http.Agent({ keepAlive: false })
  const url = `${house.url}/mcp`
  const authorization = 'Bearer anna'
  const accept = 'application/json, text/event-stream'
  const modernHeaders = {
    authorization,
    accept,
    'content-type': 'application/json',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'subscriptions/listen',
  }
  let told = 0
  let all = Promise.withResolvers<void>()
  const hear = (): void => {
    told += 1
    if (told === 2 * count) all.resolve()
  }
  const openPair = async (): Promise<readonly http.ClientRequest[]> => {
    const modern = await listen(url, { method: 'POST', agent, headers: modernHeaders, body: listenBody }, hear)
    const headers = { authorization, accept, 'mcp-session-id': await initialize(house.url) }
    return [modern, await listen(url, { method: 'GET', agent, headers }, hear)]
  }
  const streams: http.ClientRequest[] = []
  while (streams.length < 2 * count) {
    streams.push(...(await Promise.all(Array.from({ length: 25 }, openPair))).flat())
  }
  const took: number[] = []
  // The machine is busy with other tests: the quickest of some counts.
  for (let round = 1; round <= 5; round += 1) {
    told = 0
    all = Promise.withResolvers<void>()
    const before = performance.now()
    aggregator.setTools([fakeTool('alpha'), fakeTool(`new-${round}`)])
    await all.promise
    took.push(performance.now() - before)
    expect(told).toBe(2 * count)
  }
  for (const stream of streams) stream.destroy()
  await house.close()
  expect(Math.min(...took)).toBeLessThan(500)
})
