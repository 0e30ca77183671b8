import type { Client } from '@modelcontextprotocol/client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type EndpointHouse, openEndpoint, profileOf } from './support/endpoint-house.ts'
import { FakeAggregator, fakeTool } from './support/fake-aggregator.ts'

let house: EndpointHouse | undefined

afterEach(async () => {
  await house?.close()
  house = undefined
})

/** Counts what the client is told; a modern one listens first. */
async function countNews(client: Client, uris: readonly string[] = []): Promise<string[]> {
  const told: string[] = []
  client.setNotificationHandler('notifications/tools/list_changed', () => void told.push('tools'))
  client.setNotificationHandler('notifications/prompts/list_changed', () => void told.push('prompts'))
  client.setNotificationHandler('notifications/resources/list_changed', () => void told.push('resources'))
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri))
  if (client.getProtocolEra() === 'legacy') {
    for (const uri of uris) await client.subscribeResource({ uri })
    return told
  }
  await client.listen({
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: [...uris],
  })
  return told
}

const catalogOf = (aggregator: FakeAggregator) => aggregator.catalog()

const fakeResource = (uri: string) => [uri, { server: 'fake', exposed: { uri, name: uri } }] as const

describe.each(['modern', 'legacy'] as const)('a %s client', (era) => {
  test('is told within 200 ms that its tools changed, and of nothing else', async () => {
    house = await openEndpoint({ aggregator: new FakeAggregator([fakeTool('alpha')]) })
    const told = await countNews(await house.connect(era))
    const took: number[] = []
    // The machine is busy with other tests: the quickest of some counts.
    for (let round = 1; round <= 5; round += 1) {
      const before = performance.now()
      house.aggregator.setTools([fakeTool('alpha'), fakeTool(`new-${round}`)])
      await vi.waitFor(() => expect(told).toHaveLength(round), { interval: 2, timeout: 10_000 })
      took.push(performance.now() - before)
    }
    expect(Math.min(...took)).toBeLessThan(200)
    expect(new Set(told)).toEqual(new Set(['tools']))
  })

  test('hears nothing of a change that does not show in its profile', async () => {
    house = await openEndpoint({ aggregator: new FakeAggregator([fakeTool('alpha')]) })
    const whole = await countNews(await house.connect(era))
    const small = await countNews(await house.connect(era, { path: '/mcp/profiles/small' }))
    house.aggregator.setTools([fakeTool('alpha'), fakeTool('other', { server: 'elsewhere' })])
    await vi.waitFor(() => expect(whole).toEqual(['tools']))
    house.aggregator.setTools([fakeTool('other', { server: 'elsewhere' })])
    await vi.waitFor(() => expect(small).toEqual(['tools']))
    expect(whole).toEqual(['tools', 'tools'])
  })

  test('hears nothing of tools that its token may not use', async () => {
    house = await openEndpoint({ aggregator: new FakeAggregator([fakeTool('alpha')]) })
    const reader = await countNews(await house.connect(era, { token: 'reader' }))
    const anna = await countNews(await house.connect(era))
    house.aggregator.setTools([])
    await vi.waitFor(() => expect(anna).toEqual(['tools']))
    expect(reader).toEqual([])
  })

  test('is told when its profile lets it use other tools', async () => {
    house = await openEndpoint({ aggregator: new FakeAggregator([fakeTool('alpha')]) })
    const client = await house.connect(era, { path: '/mcp/profiles/small' })
    const told = await countNews(client)
    house.settings.swap({ profiles: [profileOf('small', [])] })
    await vi.waitFor(() => expect(told).toEqual(['tools']))
    const { tools } = await client.listTools(undefined, { cacheMode: 'bypass' })
    expect(tools.map(({ name }) => name)).not.toContain('alpha')
  })

  test('hears of the resources that it subscribed to, of servers and our own, and of no others', async () => {
    const aggregator = new FakeAggregator([], {
      resources: new Map([fakeResource('test://one'), fakeResource('test://two')]),
    })
    house = await openEndpoint({ aggregator })
    const told = await countNews(await house.connect(era), ['test://one', 'hearth://mine'])
    const other = await countNews(await house.connect(era, { token: 'ben' }), ['test://two', 'hearth://mine'])
    expect(aggregator.watched).toEqual(['test://one', 'test://two'])
    aggregator.updated('fake', 'test://one')
    house.own.news?.updated('hearth://mine', ({ id }) => id === 'user:ben')
    await vi.waitFor(() => expect([told, other]).toEqual([['test://one'], ['hearth://mine']]))
  })

  test('hears of a resource whose URI another server has too', async () => {
    const [uri, first] = fakeResource('test://one')
    const resources = new Map([[uri, first]])
    const aggregator = new FakeAggregator([], {
      resources,
      otherResources: new Map([[uri, [{ ...first, server: 'other' }]]]),
    })
    house = await openEndpoint({ aggregator })
    const told = await countNews(await house.connect(era), [uri])
    aggregator.updated('stranger', uri)
    aggregator.updated('other', uri)
    await vi.waitFor(() => expect(told).toEqual([uri]))
  })

  test('is told of its list of own resources, nobody else is', async () => {
    house = await openEndpoint()
    const anna = await countNews(await house.connect(era))
    const ben = await countNews(await house.connect(era, { token: 'ben' }))
    house.own.news?.list(({ id }) => id === 'user:anna')
    await vi.waitFor(() => expect(anna).toEqual(['resources']))
    expect(ben).toEqual([])
  })

  test('is told of prompts and resources apart from tools', async () => {
    house = await openEndpoint()
    const told = await countNews(await house.connect(era))
    const prompt = { server: 'fake', name: 'p', exposed: { name: 'p' } }
    house.aggregator.swap({ ...catalogOf(house.aggregator), prompts: new Map([['p', prompt]]) })
    await vi.waitFor(() => expect(told).toEqual(['prompts']))
    house.aggregator.swap({ ...catalogOf(house.aggregator), resources: new Map([fakeResource('test://one')]) })
    await vi.waitFor(() => expect(told).toEqual(['prompts', 'resources']))
  })

  test('that left is watched for no more', async () => {
    const aggregator = new FakeAggregator([], { resources: new Map([fakeResource('test://one')]) })
    house = await openEndpoint({ aggregator })
    const client = await house.connect(era)
    await countNews(client, ['test://one'])
    expect(aggregator.watched).toEqual(['test://one'])
    if (era === 'legacy') await client.unsubscribeResource({ uri: 'test://one' })
    await client.close()
    await vi.waitFor(() => expect(aggregator.watched).toEqual([]))
  })
})
