import { describe, expect, test } from 'vitest'
import { tool } from './support/fake-pool.ts'
import { type Bench, everybody, never, openBench, profile } from './support/open-aggregator.ts'

async function withTwo(): Promise<Bench> {
  const bench = await openBench()
  bench.pool.offer(
    'files',
    tool('read_file', 'Reads a text file'),
    tool('write_file', 'Writes a text file'),
    tool('zip'),
  )
  bench.pool.offer(
    'mail',
    tool('send', 'Sends a letter by e-mail', {
      inputSchema: { type: 'object', properties: { recipient: { description: 'Whom it is for' } } },
    }),
  )
  for (const name of ['files', 'mail']) await bench.declare(name)
  await bench.until(() => bench.names().length === 4)
  return bench
}

const pin = async (bench: Bench, server: string, name: string): Promise<void> => {
  await bench.store.catalog.decide({ server, name }, { pinned: true }, undefined)
  await bench.aggregator.sync(never)
}

describe('the view of an audience', () => {
  test('is what its profile reaches, by exposed name; nothing where it names no server', async () => {
    await using bench = await withTwo()
    const names = (tools: Parameters<typeof profile>[0]) => bench.names({ profile: profile(tools) })
    expect(names({ servers: ['files'] })).toEqual(['read_file', 'write_file', 'zip'])
    expect(names({ servers: ['files', 'mail'], deny: ['*_file'] })).toEqual(['send', 'zip'])
    expect(names({ servers: ['files', 'mail'], allow: ['send', 'zip'] })).toEqual(['send', 'zip'])
    expect(names({ servers: [] })).toEqual([])
    expect(bench.aggregator.refusal('send', { profile: profile({ servers: ['files'] }) })).toBe('not_in_profile')
    expect(bench.aggregator.refusal('nothing', everybody)).toBe('unknown')
  })

  test('begins with what is pinned, whatever the budget, and says what did not fit', async () => {
    await using bench = await withTwo()
    await pin(bench, 'files', 'zip')
    expect(bench.names()).toEqual(['zip', 'read_file', 'send', 'write_file'])
    const { tokens } = bench.tool('zip')
    expect(tokens).toBeGreaterThan(20)
    const audience = { profile: profile({ servers: ['files', 'mail'], budget_tokens: 0 }) }
    const view = bench.aggregator.view(audience)
    expect(view.tools.map(({ exposedName }) => exposedName)).toEqual(['zip'])
    expect(view).toMatchObject({ tokens, budgetTokens: 0 })
    expect(structuredClone(view.leftOut)).toEqual(
      ['read_file', 'send', 'write_file'].map((exposedName) => ({
        ...{ exposedName, reason: 'budget', tokens: bench.tool(exposedName).tokens },
      })),
    )
    // Left out is not forbidden.
    expect(bench.aggregator.refusal('send', audience)).toBeUndefined()
    const budget_tokens = tokens + bench.tool('read_file').tokens + bench.tool('send').tokens
    const more = bench.aggregator.view({ profile: profile({ servers: ['files', 'mail'], budget_tokens }) })
    expect(more.tools.map(({ exposedName }) => exposedName)).toEqual(['zip', 'read_file', 'send'])
    expect(more.tokens).toBe(budget_tokens)
  })

  test('is made once per catalog; its hashes change exactly when the list does', async () => {
    await using bench = await withTwo()
    const mail = { profile: profile({ servers: ['mail'] }) }
    const files = { profile: profile({ servers: ['files'] }) }
    const before = { all: bench.aggregator.view(everybody), mail: bench.aggregator.view(mail) }
    expect(bench.aggregator.view(everybody)).toBe(before.all)
    expect(bench.aggregator.view({ profile: profile({ servers: ['mail'] }) })).toBe(before.mail)
    const filesBefore = bench.aggregator.view(files).hashes.tools
    await pin(bench, 'files', 'zip')
    expect(bench.aggregator.view(mail)).not.toBe(before.mail)
    expect(bench.aggregator.view(mail).hashes.tools).toBe(before.mail.hashes.tools)
    expect(bench.aggregator.view(files).hashes.tools).not.toBe(filesBefore)
    expect(bench.aggregator.view(files).hashes.prompts).toBe(before.all.hashes.prompts)
  })
})

describe('a search', () => {
  test('finds by name, description, parameter and with a slip, best first, what the audience may call', async () => {
    await using bench = await withTwo()
    const find = (query: string, audience = everybody, limit = 10) =>
      bench.aggregator.search(query, audience, limit).map(({ tool: { exposedName } }) => exposedName)
    expect(find('read file')[0]).toBe('read_file')
    expect(find('letter')).toEqual(['send'])
    expect(find('recipient')).toEqual(['send'])
    expect(find('leter')).toEqual(['send'])
    expect(find('file').slice(0, 2)).toEqual(['read_file', 'write_file'])
    expect(find('file', everybody, 1)).toHaveLength(1)
    expect(find('letter', { profile: profile({ servers: ['files'] }) })).toEqual([])
    expect(find('')).toEqual([])
    await bench.declare('mail', { enabled: false })
    expect(find('letter')).toEqual([])
    bench.pool.of('files').tools.push(tool('letter_box', 'Keeps letters'))
    await bench.aggregator.refresh('files', never)
    expect(find('letter')).toEqual(['letter_box'])
    bench.pool.of('files').tools.pop()
    await bench.aggregator.refresh('files', never)
    expect(find('letter')).toEqual([])
  })
})
