import { describe, expect, test } from 'vitest'
import { tool } from './support/fake-pool.ts'
import { openBench, textOf } from './support/open-aggregator.ts'

describe('the aggregator', () => {
  test('tools of a server that was declared are listed and called, under names of their own', async () => {
    await using bench = await openBench()
    bench.pool.offer('files', tool('read_file'), tool('write_file'))
    bench.pool.offer('other', tool('read_file'))
    await bench.declare('files')
    await bench.until(() => bench.names().length === 2)
    await bench.declare('other')
    await bench.until(() => bench.names().length === 3)
    expect(bench.names()).toEqual(['other_read_file', 'read_file', 'write_file'])
    expect(bench.tool('other_read_file').exposed).toEqual({
      name: 'other_read_file',
      title: 'read_file (other)',
      description: 'Does read_file',
      inputSchema: tool('read_file').inputSchema,
      _meta: { 'hearth/server': 'other', 'hearth/tool': 'read_file' },
    })
    expect(textOf(await bench.call('other_read_file', { text: 'x' }))).toBe('answer of read_file')
    expect(bench.pool.of('other').reached.map(({ params }) => params)).toEqual([
      { name: 'read_file', arguments: { text: 'x' } },
    ])
    expect(bench.pool.of('files').reached).toEqual([])
  })
})
