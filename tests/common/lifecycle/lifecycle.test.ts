import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { Lifecycle } from '../../../services/common/lifecycle/lifecycle.ts'
import type { Part } from '../../../services/common/lifecycle/part.ts'
import { Readiness } from '../../../services/common/lifecycle/readiness.ts'

const log = pino({ level: 'silent' })
const never = new AbortController().signal

function recorder(): { events: string[]; part: (name: string, overrides?: Partial<Part>) => Part } {
  const events: string[] = []
  const part = (name: string, overrides: Partial<Part> = {}): Part => ({
    name,
    start: async () => void events.push(`start ${name}`),
    stop: async () => void events.push(`stop ${name}`),
    ...overrides,
  })
  return { events, part }
}

describe('the lifecycle', () => {
  it('starts in order and stops in reverse', async () => {
    const { events, part } = recorder()
    const lifecycle = new Lifecycle([part('a'), part('b'), part('c')], log)
    await lifecycle.start(never)
    await lifecycle.stop(1000)
    expect(events).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a'])
  })

  it('stops what had started when a start fails, the failed part too', async () => {
    const { events, part } = recorder()
    const broken = part('b', { start: () => Promise.reject(new Error('port in use')) })
    const lifecycle = new Lifecycle([part('a'), broken, part('c')], log)
    await expect(lifecycle.start(never)).rejects.toThrow('port in use')
    await lifecycle.stop(1000)
    expect(events).toEqual(['start a', 'stop b', 'stop a'])
  })

  it('goes on stopping when a stop fails', async () => {
    const { events, part } = recorder()
    const broken = part('b', { stop: () => Promise.reject(new Error('no')) })
    const lifecycle = new Lifecycle([part('a'), broken], log)
    await lifecycle.start(never)
    await lifecycle.stop(1000)
    expect(events).toContain('stop a')
  })

  it('leaves a part behind that does not let go after the deadline', async () => {
    const { events, part } = recorder()
    const stuck = part('stuck', { stop: () => sleep(60_000, undefined, { ref: false }) })
    const lifecycle = new Lifecycle([part('a'), stuck], log)
    await lifecycle.start(never)
    await lifecycle.stop(10)
    expect(events).toContain('stop a')
  })
})

describe('readiness', () => {
  it('wakes who waits when the last blocking reason goes', async () => {
    const readiness = new Readiness()
    readiness.report('model', 'loading', true)
    readiness.report('store', 'opening', true)
    const waiting = readiness.whenReady(never)
    readiness.clear('model')
    expect(readiness.isReady()).toBe(false)
    readiness.report('store', 'degraded', false)
    await waiting
    expect(readiness.isReady()).toBe(true)
  })

  it('lets a waiter give up', async () => {
    const readiness = new Readiness()
    readiness.report('model', 'loading', true)
    await expect(readiness.whenReady(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
  })
})
