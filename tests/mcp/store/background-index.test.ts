import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { BackgroundIndex } from '../../../services/mcp/store/background-index.ts'
import { silent } from './open-test-store.ts'

/** Takes note of what it is asked to index; `failing` lets it fail. */
function fakeSearch() {
  const state = { batches: [] as (readonly string[])[], catchUps: 0, failing: false }
  const check = (): void => {
    if (state.failing) throw new HearthError('store_unavailable', 'The disk is away.')
  }
  return {
    state,
    search: {
      index: async (conversations: readonly string[]): Promise<void> => {
        state.batches.push(conversations)
        await sleep(1)
        check()
      },
      catchUp: async (): Promise<void> => {
        state.catchUps += 1
        check()
      },
    },
  }
}

describe('the background index', () => {
  it('indexes what was noted once and in batches when it is flushed, also what is noted meanwhile', async () => {
    const { state, search } = fakeSearch()
    const index = new BackgroundIndex({ search, log: silent })
    const noted = Array.from({ length: 150 }, (_, at) => `conv_${at}`)
    for (const conversation of [...noted, ...noted]) index.note(conversation)
    const flushed = index.flush()
    await sleep(0)
    index.note('conv_late')
    await Promise.all([flushed, index.flush()])
    expect(state.batches.flat()).toEqual([...noted, 'conv_late'])
    expect(Math.max(...state.batches.map((batch) => batch.length))).toBeLessThanOrEqual(64)
    await index.flush()
    expect(state.batches.flat()).toHaveLength(151)
    await index.stop()
  })

  it('waits until the appends rest', async () => {
    const { state, search } = fakeSearch()
    const index = new BackgroundIndex({ search, log: silent })
    for (let round = 0; round < 6; round += 1) {
      index.note('conv_busy')
      await sleep(300)
      expect(state.batches).toEqual([])
    }
    for (let waited = 0; state.batches.length === 0; waited += 50) {
      expect(waited).toBeLessThan(10_000)
      await sleep(50)
    }
    expect(state.batches).toEqual([['conv_busy']])
    await index.stop()
  })

  it('takes its time, so that streams have the core, and hurries when it is flushed', async () => {
    vi.useFakeTimers()
    try {
      const batches: (readonly string[])[] = []
      const search = {
        index: async (conversations: readonly string[]): Promise<void> => {
          batches.push(conversations)
          await new Promise((resolve) => setTimeout(resolve, 10))
        },
        catchUp: async (): Promise<void> => undefined,
      }
      const index = new BackgroundIndex({ search, log: silent })
      for (let at = 0; at < 80; at += 1) index.note(`conv_${at}`)
      await vi.advanceTimersByTimeAsync(2000)
      const begunAt = batches.length
      await vi.advanceTimersByTimeAsync(300)
      expect(batches.length - begunAt).toBe(3)
      expect(batches.flat().length).toBeLessThan(80)
      const flushed = index.flush()
      await vi.advanceTimersByTimeAsync(30)
      await flushed
      expect(batches.flat()).toHaveLength(80)
      await index.stop()
    } finally {
      vi.useRealTimers()
    }
  })

  it('that fails lets a search go on, and catches up later', async () => {
    const { state, search } = fakeSearch()
    const index = new BackgroundIndex({ search, log: silent })
    index.start()
    state.failing = true
    index.note('conv_1')
    await index.flush()
    state.failing = false
    for (let waited = 0; state.catchUps < 2; waited += 50) {
      expect(waited).toBeLessThan(10_000)
      await sleep(50)
    }
    await index.stop()
  })

  it('follows a catch-up by another one when something failed while it was on its way', async () => {
    vi.useFakeTimers()
    try {
      const first = Promise.withResolvers<void>()
      const asked = { index: 0, catchUp: 0 }
      const search = {
        index: async (): Promise<void> => {
          asked.index += 1
          throw new HearthError('store_unavailable', 'The disk is away.')
        },
        catchUp: async (): Promise<void> => {
          asked.catchUp += 1
          if (asked.catchUp === 1) await first.promise
        },
      }
      const index = new BackgroundIndex({ search, log: silent })
      index.start()
      index.note('conv_1')
      await vi.advanceTimersByTimeAsync(70_000)
      expect(asked).toEqual({ index: 1, catchUp: 1 })
      first.resolve()
      await vi.advanceTimersByTimeAsync(130_000)
      expect(asked).toEqual({ index: 1, catchUp: 2 })
      await index.stop()
    } finally {
      vi.useRealTimers()
    }
  })

  it('notes no more than it can hold, and then finds the rest by catching up', async () => {
    const { state, search } = fakeSearch()
    const index = new BackgroundIndex({ search, log: silent })
    for (let at = 0; at < 12_000; at += 1) index.note(`conv_${at}`)
    await index.flush()
    expect(state.batches.flat()).toHaveLength(10_000)
    for (let waited = 0; state.catchUps < 1; waited += 50) {
      expect(waited).toBeLessThan(10_000)
      await sleep(50)
    }
    await index.stop()
  })

  it('does nothing after its stop', async () => {
    const { state, search } = fakeSearch()
    const index = new BackgroundIndex({ search, log: silent })
    await index.stop()
    index.note('conv_1')
    await index.flush()
    await sleep(1200)
    expect(state.batches).toEqual([])
  })
})
