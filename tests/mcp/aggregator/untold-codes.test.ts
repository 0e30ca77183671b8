import { ProtocolError } from '@modelcontextprotocol/client'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { tool } from './support/fake-pool.ts'
import { never, openBench } from './support/open-aggregator.ts'

describe('what an upstream says of its failures', () => {
  test('is no name of a figure and no code of the audit, however it changes them', async () => {
    const metrics = new Registry()
    await using bench = await openBench({ metrics })
    const server = bench.pool.offer('s', tool('a'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    for (const code of ['tool_disabled', 'made_up_1', 'made_up_2']) {
      server.answer = async () => ({
        type: 'complete',
        result: { content: [], isError: true, _meta: { 'hearth/code': code } },
      })
      await bench.call('a')
    }
    for (const code of [-1, -2, -32_602]) {
      server.answer = async () => {
        throw new ProtocolError(code, 'no')
      }
      await expect(bench.call('a')).rejects.toMatchObject({ code })
    }
    const text = await metrics.metrics()
    const outcomes = [...text.matchAll(/^hearth_mcp_requests_total\{.*outcome="(.*)"\} (\d+)$/gm)]
    expect(outcomes.map(([, outcome, count]) => `${outcome} ${count}`)).toEqual([
      'tool_failed 3',
      'protocol_error 2',
      '-32602 1',
    ])
    const entries = async () => (await bench.store.audit.list({ limit: 9 }, { action: 'tool.call' })).items
    for (let tries = 0; tries < 500 && (await entries()).length < 6; tries++) await new Promise(setImmediate)
    expect((await entries()).map(({ outcome, code }) => `${outcome} ${code}`)).toEqual([
      'failed -32602',
      ...['failed protocol_error', 'failed protocol_error'],
      ...['failed tool_failed', 'failed tool_failed', 'failed tool_failed'],
    ])
  })

  test('figures of a server that was removed go with it', async () => {
    const metrics = new Registry()
    await using bench = await openBench({ metrics })
    for (const name of ['s', 't']) {
      bench.pool.offer(name, tool(`of_${name}`))
      await bench.declare(name)
    }
    await bench.until(() => bench.names().length === 2)
    await bench.call('of_s')
    await bench.call('of_t')
    await bench.store.mcpServers.remove('s', undefined)
    await bench.aggregator.sync(never)
    const text = await metrics.metrics()
    expect(text).not.toContain('hearth_mcp_requests_total{server="s"')
    expect(text).toContain('hearth_mcp_requests_total{server="t"')
  })
})
