import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { anna, never, readUntil, say } from '../support/run-fixtures.ts'
import { make } from './router-harness.ts'

test('who reads the terminal event finds the answer in a store that is slow', async () => {
  const history = new FakeHistory()
  const close = history.close.bind(history)
  history.close = async (answer) => {
    await sleep(100)
    await close(answer)
  }
  const { router } = make({ history })
  const { runId } = await router.start(say('x'), anna, never)
  await readUntil(router, runId, 'response.completed')
  expect(history.answers()).toMatchObject([{ runId, status: 'completed' }])
})
