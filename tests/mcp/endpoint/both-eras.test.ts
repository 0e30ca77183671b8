import { afterEach, describe, expect, test } from 'vitest'
import { type EndpointHouse, openEndpoint } from './support/endpoint-house.ts'
import { FakeAggregator, fakeTool } from './support/fake-aggregator.ts'

let house: EndpointHouse | undefined

afterEach(async () => {
  await house?.close()
  house = undefined
})

describe.each(['modern', 'legacy'] as const)('a %s client', (era) => {
  test('lists our own tools that it may use, then those of servers', async () => {
    house = await openEndpoint({ aggregator: new FakeAggregator([fakeTool('alpha'), fakeTool('beta')]) })
    const client = await house.connect(era)
    expect(client.getProtocolEra()).toBe(era)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['hearth_echo', 'hearth_call_tool', 'alpha', 'beta'])
  })

  test('calls a tool of a server by its exposed name', async () => {
    house = await openEndpoint({ aggregator: new FakeAggregator([fakeTool('alpha')]) })
    const client = await house.connect(era)
    const result = await client.callTool({ name: 'alpha', arguments: { a: 1 } })
    expect(result.content).toEqual([{ type: 'text', text: 'done' }])
    expect(house.aggregator.exchanges[0]).toMatchObject({
      method: 'tools/call',
      params: { name: 'alpha', arguments: { a: 1 } },
      asker: { principal: 'user:anna' },
    })
  })
})
