import { expect, test } from 'vitest'
import { LookLanes } from '../../../../services/mcp/aggregator/looks/look-lanes.ts'
import { LookSchedule, lookTimings } from '../../../../services/mcp/aggregator/looks/look-schedule.ts'

const turn = (): Promise<void> => new Promise(setImmediate)

test('so many looks at the same time in each lane, and one lane waits for no other', async () => {
  const lanes = new LookLanes(2)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const look = (name: string) => (): Promise<void> => {
    begun.push(name)
    return new Promise((resolve) => ends.set(name, resolve))
  }
  for (const name of ['a', 'b', 'c', 'd']) lanes.add('waking', look(name))
  lanes.add('running', look('r'))
  lanes.add('failing', look('f'))
  expect(begun).toEqual(['a', 'b', 'r', 'f'])
  ends.get('b')?.()
  await turn()
  expect(begun).toEqual(['a', 'b', 'r', 'f', 'c'])
  lanes.clear()
  ends.get('a')?.()
  await turn()
  expect(begun).not.toContain('d')
})

test('servers that failed before and now do not answer hold up no look at a new one, nor at one that runs', async () => {
  const looked: string[] = []
  let answers: 'fail' | 'hang' = 'fail'
  const schedule = new LookSchedule({
    look: async (server, signal) => {
      looked.push(server)
      if (!server.startsWith('dead')) return
      if (answers === 'fail') throw new Error('dead')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
    isRunning: (server) => server === 'runs',
    random: () => 0,
    timings: lookTimings,
    parallel: 2,
  })
  for (const server of ['dead-1', 'dead-2', 'dead-3']) {
    schedule.watch(server, true)
    await expect(schedule.now(server, new AbortController().signal)).rejects.toThrow('dead')
  }
  answers = 'hang'
  for (const server of ['dead-1', 'dead-2', 'dead-3']) schedule.soon(server)
  expect(looked.slice(3)).toEqual(['dead-1', 'dead-2'])
  schedule.watch('new', false)
  schedule.watch('runs', false)
  expect(looked.slice(5)).toEqual(['new', 'runs'])
  await schedule.stop()
})
