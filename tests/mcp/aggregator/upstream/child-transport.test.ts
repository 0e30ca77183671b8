import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { ChildTransport } from '../../../../services/mcp/aggregator/upstream/stdio/child-transport.ts'
import type { ProcessGroup } from '../../../../services/mcp/aggregator/upstream/stdio/process-group.ts'
import { until } from './pool-house.ts'

test('messages that cannot be handled cost themselves only, in whatever order they come', async () => {
  const notice = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/odd' })
  const groups: ProcessGroup[] = []
  const transport = new ChildTransport({
    command: {
      command: process.execPath,
      args: ['-e', `console.log(${JSON.stringify(`${notice}\n${notice}\n${notice}`)}); process.stdin.resume()`],
      env: {},
      cwd: tmpdir(),
    },
    maxMessageBytes: 1000,
    onStarted: (group) => groups.push(group),
  })
  const errors: string[] = []
  let closed = 0
  transport.onmessage = () => {
    throw new Error('odd')
  }
  transport.onerror = ({ message }) => errors.push(message)
  transport.onclose = () => {
    closed += 1
  }
  await transport.start()
  await until(() => errors.length === 3)
  expect(errors).toEqual(['odd', 'odd', 'odd'])
  expect(closed).toBe(0)
  await transport.close()
  for (const group of groups) await group.end(AbortSignal.abort())
})
