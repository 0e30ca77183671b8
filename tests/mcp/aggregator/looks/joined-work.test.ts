import { expect, test } from 'vitest'
import { JoinedWork } from '../../../../services/mcp/aggregator/looks/joined-work.ts'

test('whoever asks while it runs shares the run that begins after', async () => {
  const runs: PromiseWithResolvers<void>[] = []
  const work = new JoinedWork(() => {
    const run = Promise.withResolvers<void>()
    runs.push(run)
    return run.promise
  })
  const first = work.run()
  const second = work.run()
  const third = work.run()
  expect(second).toBe(third)
  expect(runs).toHaveLength(1)
  runs[0]?.resolve()
  await first
  await Promise.resolve()
  const fourth = work.run()
  await new Promise((resolve) => setImmediate(resolve))
  expect(runs).toHaveLength(2)
  runs[1]?.resolve()
  await Promise.all([second, third])
  await new Promise((resolve) => setImmediate(resolve))
  runs[2]?.resolve()
  await fourth
  await work.idle()
})

test('a run that fails is told to those who wait for it, and the next runs', async () => {
  let tries = 0
  const work = new JoinedWork(async () => {
    tries++
    if (tries === 1) throw new Error('once')
  })
  const first = work.run()
  const second = work.run()
  await expect(first).rejects.toThrow('once')
  await second
  expect(tries).toBe(2)
})
