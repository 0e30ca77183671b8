import { setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { fakeAdapters, textScript } from '../../services/common/testing/fake-adapters.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import {
  anna,
  failureOf,
  never,
  readRun,
  readUntil,
  runToEnd,
  say,
  terminalOf,
  textOf,
} from '../support/run-fixtures.ts'
import { hang, make } from './router-harness.ts'

describe('history', () => {
  test('a slow store holds back the terminal event, never a token', async () => {
    const history = new FakeHistory()
    const gate = Promise.withResolvers<void>()
    const close = history.close.bind(history)
    history.close = async (answer) => {
      await gate.promise
      await close(answer)
    }
    const { router } = make({ history })
    const { runId } = await router.start(say('x'), anna, never)
    const seen = await readUntil(router, runId, 'response.output_item.done')
    expect(textOf(seen)).toBe('Hello from the hearth')
    const reading = readRun(router, runId)
    await sleep(50)
    expect(history.answers()).toEqual([])
    gate.resolve()
    expect(terminalOf(await reading).type).toBe('response.completed')
    expect(history.answers()).toHaveLength(1)
  })

  test('a store that comes back within its patience loses nothing', async () => {
    const history = new FakeHistory()
    const { router, adapters } = make({ history })
    adapters.enqueue(textScript(['x'], { paceMs: 30 }))
    const { runId } = await router.start(say('x'), anna, never)
    history.failure = new HearthError('store_unavailable', 'The store is away.')
    setTimeout(() => {
      history.failure = undefined
    }, 300)
    const terminal = terminalOf(await readRun(router, runId))
    expect(terminal.type).toBe('response.completed')
    expect(terminal.response).not.toHaveProperty('stored')
    expect(history.answers()).toHaveLength(1)
  })

  test('a store that stays away does not hold the terminal event; the loss is told', async () => {
    const history = new FakeHistory()
    const metrics = new Registry()
    const { router, adapters } = make({ history, metrics, limits: { historyMs: 200 } })
    adapters.enqueue(textScript(['x'], { paceMs: 30 }))
    const { runId } = await router.start(say('x'), anna, never)
    history.failure = new HearthError('store_unavailable', 'The store is away.')
    expect(terminalOf(await readRun(router, runId))).toMatchObject({
      type: 'response.completed',
      response: { stored: false },
    })
    expect(await metrics.metrics()).toContain('hearth_answers_lost_total 1')
  })

  test('a picture that the store does not take fails the run', async () => {
    const history = new FakeHistory()
    history.putBlob = async () => {
      throw new HearthError('store_full', 'The disk is full.')
    }
    const { router, adapters } = make({ history })
    adapters.enqueue([
      {
        do: 'emit',
        events: [
          { type: 'image', id: 'i', mediaType: 'image/png', bytes: new Uint8Array(3) },
          { type: 'finish', reason: 'stop' },
        ],
      },
    ])
    const events = await runToEnd(router, say('x', { modalities: ['image'] }))
    expect(terminalOf(events)).toMatchObject({ type: 'response.failed', error: { code: 'store_full' } })
    expect(events.some(({ message }) => message.type === 'response.image_generation_call.completed')).toBe(false)
  })

  test('a picture is fetchable when it is announced', async () => {
    const { router, history } = make({
      adapters: fakeAdapters({
        script: () => [
          { do: 'emit', events: [{ type: 'image', id: 'i', mediaType: 'image/png', bytes: new Uint8Array([7, 8]) }] },
          { do: 'emit', events: [{ type: 'finish', reason: 'stop' }] },
        ],
      }),
    })
    const { runId } = await router.start(say('x', { modalities: ['image'] }), anna, never)
    for await (const batch of router.attach(runId, -1, anna, never)) {
      for (const { message } of batch) {
        if (message.type !== 'response.image_generation_call.completed') continue
        expect((await history.getBlob(message.blob_id, anna.id)).bytes).toEqual(new Uint8Array([7, 8]))
        return
      }
    }
    throw new Error('no picture came')
  })

  test('a store that refuses the run refuses the start, and the place is free again', async () => {
    const history = new FakeHistory()
    const { router } = make({ history, profile: { limits: { max_parallel: 1 } } })
    history.failure = new HearthError('store_unavailable', 'The store is away.')
    expect((await failureOf(router.start(say('x'), anna, never))).code).toBe('store_unavailable')
    history.failure = undefined
    expect(terminalOf(await runToEnd(router, say('x'))).type).toBe('response.completed')
  })
})

describe('the run log', () => {
  test('is bounded: a reader behind it gets a snapshot, one that follows gets every event', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => `${index} `)
    const { router, adapters } = make({ limits: { logEvents: 50 } })
    adapters.enqueue([...textScript(texts, { paceMs: 0 })])
    const { runId } = await router.start(say('x'), anna, never)
    expect(textOf(await readRun(router, runId))).toBe(texts.join(''))

    const [snapshot, ...end] = await readRun(router, runId)
    expect(snapshot).toMatchObject({
      message: {
        type: 'response.snapshot',
        response: { status: 'completed', output: [{ content: [{ type: 'output_text', text: texts.join('') }] }] },
      },
    })
    expect(end.map(({ message }) => message.type)).toEqual(['response.completed'])
  })

  test('a reader that follows gets a batch that is larger than the bound', async () => {
    const bytes = new Uint8Array(2000)
    const { router, adapters } = make({ limits: { logBytes: 1000 } })
    adapters.enqueue([
      { do: 'wait', ms: 50 },
      {
        do: 'emit',
        events: [0, 1, 2].map((index) => ({ type: 'image-partial', id: 'i', index, mediaType: 'image/png', bytes })),
      },
    ])
    const events = await runToEnd(router, say('x'))
    expect(events.filter((event) => event.bytes !== undefined)).toHaveLength(3)
  })

  test('bytes count too', async () => {
    const { router, adapters } = make({ limits: { logBytes: 10_000 } })
    adapters.enqueue(textScript(Array.from({ length: 50 }, () => 'x'.repeat(1000))))
    const { runId } = await router.start(say('x'), anna, never)
    await sleep(100)
    expect((await readRun(router, runId))[0]?.message.type).toBe('response.snapshot')
  })

  test('a snapshot of an answer that was cut says which items are whole; a picture is named, not sent again', async () => {
    const { router, adapters } = make({ limits: { logEvents: 1 } })
    adapters.enqueue([
      {
        do: 'emit',
        events: [
          { type: 'reasoning-start', id: 'r' },
          { type: 'reasoning-delta', id: 'r', text: 'Hm.' },
          { type: 'reasoning-end', id: 'r' },
          { type: 'image', id: 'i', mediaType: 'image/png', bytes: new Uint8Array([7, 8]) },
          { type: 'tool-call-start', id: 'c', callId: 'call_1', name: 'lamp' },
          { type: 'tool-call-delta', id: 'c', arguments: '{"on"' },
        ],
      },
      { do: 'hang' },
    ])
    const { runId } = await router.start(say('x'), anna, never)
    // The picture is announced once the store has it: with its item's done, the events are 0 to 14.
    const view = async () => (await router.runs({ runId }, anna, never))[0]
    await expect.poll(view).toMatchObject({ status: 'in_progress', lastSequenceNumber: 14 })
    await router.cancel(runId, 'requested', anna)
    await expect.poll(view).toMatchObject({ status: 'cancelled' })
    const [snapshot, ...end] = await readRun(router, runId)
    expect(end.map(({ message }) => message.type)).toEqual(['response.cancelled'])
    expect(snapshot).not.toHaveProperty('bytes')
    expect(snapshot?.message).toMatchObject({
      response: {
        output: [
          { type: 'reasoning', status: 'completed', content: [{ text: 'Hm.' }] },
          { type: 'image_generation_call', status: 'completed', media_type: 'image/png', blob_id: expect.any(String) },
          { type: 'function_call', status: 'incomplete', arguments: '{"on"' },
        ],
      },
    })
  })
})

test('ended runs are kept within one bound for all, the oldest go first', async () => {
  const { router } = make({ limits: { endedLogBytes: 3000 } })
  const first = await router.start(say('x'), anna, never)
  await sleep(50)
  const second = await router.start(say('x'), anna, never)
  await sleep(1500)
  expect((await failureOf(readRun(router, first.runId))).code).toBe('caller_not_found')
  expect(terminalOf(await readRun(router, second.runId)).type).toBe('response.completed')
})

describe('drain', () => {
  test('refuses new runs, lets those that go on finish, and then is done', async () => {
    const { router, part, adapters } = make()
    adapters.enqueue(textScript(['a', 'b', 'c'], { paceMs: 30 }))
    const { runId } = await router.start(say('x'), anna, never)
    const reading = readRun(router, runId)
    const stopped = part.stop(never)
    expect(await failureOf(router.start(say('x'), anna, never))).toMatchObject({ code: 'gateway_draining' })
    expect(terminalOf(await reading).type).toBe('response.completed')
    await stopped
    await part.stop(never)
  })

  test('at its deadline cancels what is left, partials saved', async () => {
    const { router, part, adapters, history } = make()
    adapters.enqueue(hang)
    const { runId } = await router.start(say('x'), anna, never)
    const reading = readRun(router, runId)
    await part.stop(AbortSignal.timeout(50))
    expect(terminalOf(await reading).type).toBe('response.cancelled')
    expect(history.answers()[0]).toMatchObject({ status: 'cancelled', parts: [{ type: 'text', text: 'Once' }] })
  })
})
