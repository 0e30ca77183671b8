import { afterEach, describe, expect, it } from 'vitest'
import type { AdapterSet } from '../../services/common/contracts/adapter-set.ts'
import type { ConnectionState } from '../../services/common/contracts/model-adapter.ts'
import { Readiness } from '../../services/common/lifecycle/readiness.ts'
import { AdapterReadiness } from '../../services/composition/adapter-readiness.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** The local adapter with one connection whose state the test sets. */
async function startWith(first: ConnectionState) {
  let state = first
  const adapters: AdapterSet = {
    describe: async () => [{ name: 'local', connections: [{ name: 'embedded', state }] }],
    async *generate() {},
    embed: async () => ({ vectors: [] }),
  }
  const readiness = new Readiness()
  const part = new AdapterReadiness(adapters, readiness)
  stops.push(() => part.stop())
  await part.start()
  return {
    readiness,
    become: (next: ConnectionState) => {
      state = next
    },
  }
}

describe('the models of this machine', () => {
  it('hold readiness back while they load for the first time, and say why', async () => {
    const { readiness, become } = await startWith({ status: 'loading', reason: 'Loading small.' })
    expect(readiness.isReady()).toBe(false)
    expect(readiness.reasons()).toEqual([{ check: 'local/embedded', blocking: true, message: 'Loading small.' }])
    become({ status: 'ready', models: ['small'] })
    await readiness.whenReady(AbortSignal.timeout(5000))
    expect(readiness.reasons()).toEqual([])
  })

  it('do not hold it back when there is none: what to do is said', async () => {
    const { readiness } = await startWith({ status: 'disabled', reason: 'No local model yet.' })
    expect(readiness.isReady()).toBe(true)
    expect(readiness.reasons()).toEqual([{ check: 'local/embedded', blocking: false, message: 'No local model yet.' }])
  })
})
