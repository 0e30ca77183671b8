import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Catalog, CatalogTool } from '../../../services/mcp/aggregator/catalog.ts'
import { listTools } from '../../../services/mcp/api/list-tools.ts'
import { toolRecord } from './support/tool-record.ts'

const catalogOf = (tools: readonly CatalogTool[]): Catalog => ({
  servers: new Map(),
  capabilities: new Map(),
  tools: new Map(tools.map((tool) => [tool.exposedName, tool])),
  prompts: new Map(),
  resources: new Map(),
  templates: [],
})

const tool = fc
  .record({
    exposedName: fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/),
    server: fc.constantFrom('one', 'two'),
    state: fc.constantFrom('active' as const, 'quarantined' as const, 'gone' as const),
  })
  .map(({ exposedName, server, state }): CatalogTool => {
    const record = toolRecord(server, exposedName, { state })
    return { ...record, exposed: record.definition, tokens: 1, revision: 1 }
  })
const tools = fc.uniqueArray(tool, { selector: ({ exposedName }) => exposedName, maxLength: 40 })

it('pages of any size give every fitting tool once, in one order', () => {
  const wish = fc.record(
    {
      server: fc.constantFrom('one', 'two'),
      state: fc.constantFrom('active' as const, 'gone' as const),
      q: fc.constant('does'),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(tools, wish, fc.integer({ min: 1, max: 50 }), (all, filter, limit) => {
      const ranked = all.filter(({ state }) => state === 'active').toReversed()
      const aggregator = {
        catalog: () => catalogOf(all),
        search: () => ranked.map((each) => ({ tool: each, score: 1 })),
      }
      const names: string[] = []
      let cursor: string | undefined
      do {
        const page = listTools(aggregator, { ...filter, limit, ...(cursor === undefined ? {} : { cursor }) })
        expect(page.items.length).toBeLessThanOrEqual(limit)
        names.push(...page.items.map(({ exposedName }) => exposedName))
        cursor = page.nextCursor
      } while (cursor !== undefined)
      const whole = listTools(aggregator, { ...filter, limit: 200 }).items.map(({ exposedName }) => exposedName)
      expect(names).toEqual(whole)
      const fits = ({ server, state }: CatalogTool): boolean =>
        (filter.server ?? server) === server && (filter.state ?? state) === state
      expect(names.toSorted()).toEqual(
        all
          .filter(fits)
          .map(({ exposedName }) => exposedName)
          .toSorted(),
      )
    }),
  )
})

it('a list of found tools ends, and does not begin again, when the tool of its cursor is gone', () => {
  const named = (name: string): CatalogTool => {
    const record = toolRecord('one', name)
    return { ...record, exposed: record.definition, tokens: 1, revision: 1 }
  }
  const houseOf = (names: readonly string[]) => ({ catalog: () => catalogOf(names.map(named)), search: () => [] })
  const wish = { q: 'does', limit: 2 }
  const { items, nextCursor = '' } = listTools(houseOf(['a', 'b', 'c']), wish)
  expect(items).toHaveLength(2)
  expect(listTools(houseOf(['a', 'c']), { ...wish, cursor: nextCursor })).toEqual({ items: [] })
})
