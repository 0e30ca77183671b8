import { setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { textScript } from '../../services/common/testing/fake-adapters.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { anna, failureOf, never, readRun, runToEnd, say, terminalOf, textOf } from '../support/run-fixtures.ts'
import { hang, make } from './router-harness.ts'

/** Lets every `open` of a history wait from now on. */
function holdOpen(history: FakeHistory): PromiseWithResolvers<void> {
  const open = history.open.bind(history)
  const gate = Promise.withResolvers<void>()
  history.open = async (request, signal) => {
    await gate.promise
    return open(request, signal)
  }
  return gate
}

function slowHistory() {
  const history = new FakeHistory()
  return { history, gate: holdOpen(history) }
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
  const gate = holdOpen(history)
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
  history.open = FakeHistory.prototype.open
  expect(terminalOf(await runToEnd(router, say('Next'))).type).toBe('response.completed')
})

test('while its question is stored a run is nobody else’s to find, and nobody is missed', async () => {
  const { history, gate } = slowHistory()
  const registry = new Registry()
  const { router, adapters } = make({ history, limits: { unreadMs: 30 }, metrics: registry })
  adapters.enqueue([...textScript(['Slow'], { paceMs: 200 })])
  const starting = router.start(say('First', { onDisconnect: 'cancel' }), anna, never)
  await expect.poll(() => adapters.calls.length).toBe(1)
  const runId = adapters.calls[0]?.request.runId ?? ''
  await sleep(100)
  expect(await router.runs('live', anna, never)).toEqual([])
  expect(await router.runs({ runId }, anna, never)).toEqual([])
  expect(adapters.calls[0]?.abortedAt).toBeUndefined()
  gate.resolve()
  await starting
  expect(terminalOf(await readRun(router, runId)).type).toBe('response.completed')
  expect(await registry.getSingleMetricAsString('hearth_answers_lost_total')).toContain('hearth_answers_lost_total 0')
})

test('a question that cannot be stored is no lost answer, and no run', async () => {
  const { history, gate } = slowHistory()
  const registry = new Registry()
  const { router, adapters } = make({ history, metrics: registry })
  const starting = router.start(say('Lost'), anna, never)
  await expect.poll(() => adapters.calls[0]?.ended).toBe(true)
  gate.reject(new HearthError('store_full', 'The disk is full.'))
  await failureOf(starting)
  expect(await registry.getSingleMetricAsString('hearth_answers_lost_total')).toContain('hearth_answers_lost_total 0')
  expect(await registry.getSingleMetricAsString('hearth_runs_total')).not.toContain('profile=')
  expect(await registry.getSingleMetricAsString('hearth_runs_active')).toContain('hearth_runs_active 0')
})

test('an answer waits for its question, however long that is stored', async () => {
  const { history, gate } = slowHistory()
  const { router, adapters } = make({ history, limits: { historyMs: 50 } })
  const starting = router.start(say('First'), anna, never)
  await expect.poll(() => adapters.calls[0]?.ended).toBe(true)
  await sleep(150)
  gate.resolve()
  const { runId } = await starting
  expect(terminalOf(await readRun(router, runId)).response.stored).toBeUndefined()
  expect(history.answers()).toMatchObject([{ runId, status: 'completed' }])
})

test('a run whose question is stored while the router is cut is cancelled then', async () => {
  const { history, gate } = slowHistory()
  const { router, part, adapters } = make({ history, limits: { drainGraceMs: 1000 } })
  adapters.enqueue(hang)
  const starting = router.start(say('First'), anna, never)
  await expect.poll(() => adapters.calls.length).toBe(1)
  const stopped = part.stop(AbortSignal.abort())
  await sleep(20)
  gate.resolve()
  await starting
  await stopped
  expect(history.answers()).toMatchObject([{ status: 'cancelled' }])
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
