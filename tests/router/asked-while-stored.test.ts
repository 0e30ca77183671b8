import { expect, test } from 'vitest'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { anna, failureOf, never, readRun, runToEnd, say, terminalOf, textOf } from '../support/run-fixtures.ts'
import { hang, make } from './router-harness.ts'

/** A history whose next `open` waits to be let go. */
function slowHistory() {
  const history = new FakeHistory()
  const open = history.open.bind(history)
  const gate = Promise.withResolvers<void>()
  history.open = async (request, signal) => {
    await gate.promise
    return open(request, signal)
  }
  return { history, gate }
}

const settled = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    new Promise<boolean>((resolve) => setTimeout(resolve, 20, false)),
  ])

test('the first question of a conversation goes to its model while it is stored; the run is started once it is', async () => {
  const { history, gate } = slowHistory()
  const { router, adapters } = make({ history })
  const starting = router.start(say('First'), anna, never)
  await expect.poll(() => adapters.calls.length).toBe(1)
  expect(await settled(starting)).toBe(false)
  gate.resolve()
  const { runId, conversation } = await starting
  expect(textOf(await readRun(router, runId))).toBe('Hello from the hearth')
  expect(history.answers()).toMatchObject([{ runId, conversation, status: 'completed' }])
  expect(history.messages(conversation).map(({ role }) => role)).toEqual(['user', 'assistant'])
})

test('a question that goes on in a conversation goes to its model when its past is there', async () => {
  const { router, history, adapters } = make()
  const { response } = terminalOf(await runToEnd(router, say('First')))
  const gate = Promise.withResolvers<void>()
  const open = history.open.bind(history)
  history.open = async (request, signal) => {
    await gate.promise
    return open(request, signal)
  }
  const starting = router.start(say('Second', { conversation: response.conversation }), anna, never)
  expect(await settled(starting)).toBe(false)
  expect(adapters.calls.length).toBe(1)
  gate.resolve()
  await starting
  await expect.poll(() => adapters.calls.length).toBe(2)
  expect(adapters.calls[1]?.request.messages.length).toBe(3)
})

test('a question that cannot be stored is taken back from its model, and nothing of it is kept', async () => {
  const { history, gate } = slowHistory()
  const { router, adapters } = make({ history, profile: { limits: { max_parallel: 1 } } })
  adapters.enqueue(hang)
  const starting = router.start(say('Lost'), anna, never)
  await expect.poll(() => adapters.calls.length).toBe(1)
  gate.reject(new HearthError('store_full', 'The disk is full.'))
  expect((await failureOf(starting)).code).toBe('store_full')
  expect(adapters.calls[0]?.abortedAt).toBeTypeOf('number')
  expect(history.answers()).toEqual([])
  expect(await router.runs('live', anna, never)).toEqual([])
})

test('an answer that was whole before its question could not be stored is not kept either', async () => {
  const { history, gate } = slowHistory()
  const { router, adapters } = make({ history })
  const starting = router.start(say('Lost'), anna, never)
  await expect.poll(() => adapters.calls[0]?.ended).toBe(true)
  gate.reject(new HearthError('store_unavailable', 'The store is away.'))
  expect((await failureOf(starting)).code).toBe('store_unavailable')
  expect(history.answers()).toEqual([])
})
