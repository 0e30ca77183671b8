import { describe, expect, test } from 'vitest'
import type { UpstreamListing } from '../../../../services/mcp/aggregator/upstream.ts'
import { vetListing } from '../../../../services/mcp/aggregator/vetting/vet-listing.ts'
import { tool } from '../support/fake-pool.ts'

const found = (listing: Partial<UpstreamListing>): UpstreamListing => ({
  ...{ capabilities: {}, instructions: undefined, tools: [], prompts: [], resources: [], resourceTemplates: [] },
  ...listing,
})

describe('what an upstream offers', () => {
  test.each(['rea\u200bd', 'read\u202egpj', 'a\nb', 'a\tb', 'tag\u{e0041}', ' '])(
    'no name %j is taken over',
    (name) => {
      const { tools, listing } = vetListing(
        found({ tools: [tool(name)], prompts: [{ name }, { name: 'ask', arguments: [{ name }] }] }),
        false,
      )
      expect(tools).toMatchObject([{ type: 'refused', reason: expect.stringContaining('its name is empty') }])
      expect(listing.prompts).toEqual([])
    },
  )

  test('a prompt with a monstrous list of arguments is left out', () => {
    const args = Array.from({ length: 101 }, (_, at) => ({ name: `a${at}` }))
    const prompts = [
      { name: 'huge', arguments: args },
      { name: 'large', arguments: args.slice(1) },
    ]
    expect(vetListing(found({ prompts }), false).listing.prompts.map(({ name }) => name)).toEqual(['large'])
  })

  test('of capabilities only what is known is kept', () => {
    const capabilities = {
      tools: { listChanged: true, more: 'x'.repeat(9) },
      resources: { subscribe: false },
      logging: { level: 1 },
      experimental: { huge: { text: 'x'.repeat(9) } },
    }
    expect(vetListing(found({ capabilities }), false).listing.capabilities).toEqual({
      tools: { listChanged: true },
      resources: { subscribe: false },
      logging: {},
    })
  })

  test('of annotations only what is known is kept, each once and cut', () => {
    const annotations = {
      ...{ audience: ['user' as const, 'user' as const, 'assistant' as const], priority: 1 },
      ...{ lastModified: '2'.repeat(999), more: 'x' },
    }
    const { listing } = vetListing(
      found({
        resources: [{ uri: 'file:///a', name: 'a', annotations }],
        resourceTemplates: [{ uriTemplate: 'file:///{a}', name: 'a', annotations }],
      }),
      false,
    )
    const kept = { audience: ['user', 'assistant'], priority: 1, lastModified: `${'2'.repeat(63)}…` }
    expect(listing.resources[0]?.annotations).toEqual(kept)
    expect(listing.resourceTemplates[0]?.annotations).toEqual(kept)
  })
})
