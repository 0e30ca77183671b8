import { pino } from 'pino'
import { expect, test } from 'vitest'
import { vetListing } from '../../../../services/mcp/aggregator/vetting/vet-listing.ts'
import { tool } from '../support/fake-pool.ts'
import { never, openBench } from '../support/open-aggregator.ts'

const many = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))
const listed = (more: number) => ({
  ...{ capabilities: {}, instructions: undefined },
  tools: many(2000 + more, (index) => tool(`t${index}`)),
  prompts: many(1000 + more, (index) => ({ name: `p${index}` })),
  resources: many(5000 + more, (index) => ({ uri: `file:///${index}`, name: 'r' })),
  resourceTemplates: many(500 + more, (index) => ({ uriTemplate: `file:///${index}/{name}`, name: 'r' })),
})

test('of a list that is longer than its limit the first ones are taken over, and what is left out is counted', () => {
  const { tools, listing, cut } = vetListing(listed(3), false)
  expect(cut).toEqual({ tools: 3, prompts: 3, resources: 3, resourceTemplates: 3 })
  expect(tools.filter(({ type }) => type !== 'refused')).toHaveLength(2000)
  const { prompts, resources, resourceTemplates } = listing
  expect([prompts, resources, resourceTemplates].map(({ length }) => length)).toEqual([1000, 5000, 500])
  expect(vetListing(listed(0), false).cut).toEqual({})
})

test('what is left out is told in the log, once as long as it is the same', async () => {
  const logged: unknown[] = []
  const log = pino({}, { write: (line: string) => logged.push(JSON.parse(line)) })
  await using bench = await openBench({ log })
  const server = bench.pool.offer('s', tool('a'))
  server.prompts = many(1001, (index) => ({ name: `p${index}` }))
  await bench.declare('s')
  await bench.until(() => bench.names().length === 1)
  await bench.aggregator.refresh('s', never)
  const about = () => logged.filter((line) => JSON.stringify(line).includes('more than is taken over'))
  expect(about()).toEqual([expect.objectContaining({ server: 's', cut: { prompts: 1 } })])
  server.prompts.push({ name: 'another' })
  await bench.aggregator.refresh('s', never)
  expect(about()).toHaveLength(2)
})
