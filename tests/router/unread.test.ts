import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { anna, never, readRun, readUntil, say, terminalOf } from '../support/run-fixtures.ts'
import { hang, make } from './router-harness.ts'

const unread = { limits: { unreadMs: 100 } }

describe('a run that nobody reads', () => {
  test('is cancelled when it is to end with its client, whose cancel was lost', async () => {
    const { router, adapters } = make(unread)
    adapters.enqueue(hang)
    const { runId } = await router.start(say('x', { onDisconnect: 'cancel' }), anna, never)
    await readUntil(router, runId, 'response.output_text.delta')
    await expect.poll(() => adapters.calls[0]?.ended).toBe(true)
    expect(terminalOf(await readRun(router, runId))).toMatchObject({ type: 'response.cancelled' })
  })

  test('is cancelled too when its reader never came', async () => {
    const { router, adapters } = make(unread)
    adapters.enqueue(hang)
    await router.start(say('x', { onDisconnect: 'cancel' }), anna, never)
    await expect.poll(() => adapters.calls[0]?.ended).toBe(true)
  })

  test('goes on while one of its readers is there, and when it is not bound to its client', async () => {
    const { router, adapters } = make(unread)
    adapters.enqueue(hang)
    adapters.enqueue(hang)
    const { runId } = await router.start(say('x', { onDisconnect: 'cancel' }), anna, never)
    const staying = readRun(router, runId)
    await readUntil(router, runId, 'response.output_text.delta')
    await router.start(say('x', { onDisconnect: 'continue' }), anna, never)
    await sleep(500)
    expect(adapters.calls.map(({ ended }) => ended)).toEqual([false, false])
    await router.cancel(runId, 'requested', anna)
    expect(terminalOf(await staying)).toMatchObject({ type: 'response.cancelled' })
  })
})
