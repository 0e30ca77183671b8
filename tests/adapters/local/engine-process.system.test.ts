import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, truncate } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { EngineProcess, type EngineSpec } from '../../../services/adapters/local/engine-process.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import type { ModelAdapter } from '../../../services/common/contracts/model-adapter.ts'
import { toHearthError } from '../../../services/common/errors/hearth-error.ts'
import { enginePid } from '../../support/engine-pid.ts'
import {
  ask,
  countEngines,
  engineDirectory,
  eventually,
  isAlive,
  localHouse,
  log,
  never,
  textOf,
  textRequest,
  writeModel,
} from './local-harness.ts'

const endless = { says: [' round', ' and', ' about'], repeats: true, contextTokens: 100_000 }
/** A window that takes seconds to fill, so that an answer is surely still running. */
const room = { context_tokens: 30_000 }
const unlimited = textRequest('endless', { parameters: {} })

/** Reads an answer and calls `onText` at its first text. */
async function readUntil(adapter: ModelAdapter, request: GenerateRequest, onText: () => void) {
  const events: GenerateEvent[] = []
  let isCalled = false
  try {
    for await (const batch of adapter.generate(request, never)) {
      events.push(...batch)
      if (isCalled || textOf(events) === '') continue
      isCalled = true
      onText()
    }
  } catch (error) {
    return { events, error: toHearthError(error) }
  }
  return { events, error: undefined }
}

describe('the process of the engine', { timeout: 90_000 }, () => {
  test('is named hearth-engine and ends with stop', async () => {
    await using house = await localHouse({ endless })
    await house.adapter.start(never)
    await house.adapter.whenLoaded(never)
    const pid = await enginePid(process.pid)
    await house.adapter.stop(AbortSignal.timeout(10_000))
    expect(isAlive(pid)).toBe(false)
    expect((await ask(house.adapter, unlimited)).error).toMatchObject({ code: 'gateway_draining' })
  })

  test('killed mid-answer: every answer fails at once, what came is kept, the next one works', async () => {
    await using house = await localHouse({ endless }, room)
    for (let round = 0; round < 2; round += 1) {
      const begun = Promise.withResolvers<void>()
      const other = readUntil(house.adapter, unlimited, () => begun.resolve())
      const killed = readUntil(house.adapter, unlimited, () => {
        void begun.promise.then(async () => process.kill(await enginePid(process.pid), 'SIGKILL'))
      })
      for (const { events, error } of await Promise.all([killed, other])) {
        expect(error).toMatchObject({ code: 'provider_connection_failed', retryable: true })
        expect(textOf(events)).toMatch(/^round/)
      }
      expect((await ask(house.adapter, textRequest('endless'))).error).toBeUndefined()
    }
  })

  test('stop waits for a running answer until its deadline', async () => {
    await using house = await localHouse({ endless })
    const whole = await readUntil(
      house.adapter,
      textRequest('endless', { parameters: { maxOutputTokens: 300 } }),
      () => {
        void house.adapter.stop(AbortSignal.timeout(30_000))
      },
    )
    expect(whole.events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
  })

  test('stop ends an engine that does not react, though it answers: at the deadline', async () => {
    await using house = await localHouse({ endless }, room)
    let pid = 0
    const cut = readUntil(house.adapter, unlimited, () => {
      void enginePid(process.pid).then((found) => {
        pid = found
        process.kill(pid, 'SIGSTOP')
        void house.adapter.stop(AbortSignal.timeout(300))
      })
    })
    expect((await cut).error).toMatchObject({ code: 'provider_connection_failed' })
    expect(isAlive(pid)).toBe(false)
  })

  test('stop ends an idle engine that does not react, long before the deadline', async () => {
    await using house = await localHouse({ endless })
    await ask(house.adapter, textRequest('endless'))
    const pid = await enginePid(process.pid)
    process.kill(pid, 'SIGSTOP')
    const deadline = AbortSignal.timeout(60_000)
    await house.adapter.stop(deadline)
    expect(isAlive(pid)).toBe(false)
    expect(deadline.aborted).toBe(false)
  })

  test.each(['started', 'loaded', 'answering'])('goes when its parent is killed: %s', async (moment) => {
    await using house = await localHouse({ endless })
    const script = fileURLToPath(new URL('./engine-parent.ts', import.meta.url))
    const parent = spawn(process.execPath, [script, dirname(house.modelsDirectory)])
    for await (const line of createInterface({ input: parent.stdout })) if (line === moment) break
    const pid = await untilFound(parent.pid)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    try {
      await eventually(() => !isAlive(pid), 'the engine is gone')
    } finally {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    }
  })

  test('started by hand it says what to do and ends', async () => {
    const { promise, resolve } = Promise.withResolvers<{ readonly code: unknown; readonly stderr: string }>()
    execFile(process.execPath, [join(engineDirectory, 'main.ts')], (error, _stdout, stderr) =>
      resolve({ code: error?.code, stderr }),
    )
    expect(await promise).toEqual({ code: 2, stderr: expect.stringContaining('npm start') })
  })

  test('a job more than sequences and queue hold is refused as overloaded', async () => {
    await using house = await localHouse({ endless })
    const spec: EngineSpec = {
      model: 'endless',
      modelPath: join(house.modelsDirectory, 'endless.gguf'),
      contextTokens: 20_000,
      sequences: 1,
      threads: 1,
      queueLimit: 1,
    }
    const engine = new EngineProcess({ spec, main: join(engineDirectory, 'main.ts'), log })
    engine.start()
    await engine.loaded
    const cancel = new AbortController()
    const job = {
      history: [{ type: 'user' as const, text: 'Go' }],
      output: { kind: 'text' as const },
      maxTokens: null,
      temperature: 0,
      topP: null,
      seed: null,
      stop: [],
    }
    const waits: number[] = []
    const listener = { onLoading: () => undefined, onEvents: () => undefined, onAccepted: (n: number) => waits.push(n) }
    const started = [1, 2].map(() => engine.generate(job, listener, cancel.signal).catch((error: unknown) => error))
    await expect(engine.generate(job, listener, cancel.signal)).rejects.toMatchObject({ code: 'provider_overloaded' })
    expect(waits.slice(0, 2)).toEqual([0, 1])
    cancel.abort(new Error('enough'))
    expect(await Promise.all(started)).toEqual([new Error('enough'), new Error('enough')])
    await engine.stop(AbortSignal.timeout(5000))
  })
})

describe('the timers of an attempt on the engine', { timeout: 90_000 }, () => {
  const timeouts = { headersMs: 20_000, firstTokenMs: 20_000, idleMs: 20_000, totalMs: 60_000 }

  test('a silent engine is a time-out of headers before, of idle during, the answer; total ends a busy one', async () => {
    await using house = await localHouse({ endless }, room)
    await ask(house.adapter, textRequest('endless'))
    const pid = await enginePid(process.pid)

    const idle = await readUntil(house.adapter, { ...unlimited, timeouts: { ...timeouts, idleMs: 400 } }, () => {
      process.kill(pid, 'SIGSTOP')
    })
    expect(idle.error).toMatchObject({ code: 'provider_timeout_idle', retryable: true })

    const headers = await ask(house.adapter, { ...unlimited, timeouts: { ...timeouts, headersMs: 400 } })
    expect(headers.error).toMatchObject({ code: 'provider_timeout_headers', retryable: true })
    process.kill(pid, 'SIGCONT')

    const total = await ask(house.adapter, { ...unlimited, timeouts: { ...timeouts, totalMs: 1000 } })
    expect(total.error).toMatchObject({ code: 'provider_timeout_total' })
    expect(total.text).toMatch(/^round/)
  })

  test('an answer that waits too long for its turn is a time-out of the first token', async () => {
    await using house = await localHouse({ endless }, { ...room, sequences: 1 })
    const leave = new AbortController()
    await ask(house.adapter, textRequest('endless'))
    const first = ask(house.adapter, unlimited, leave.signal)
    const late = await ask(house.adapter, { ...unlimited, timeouts: { ...timeouts, firstTokenMs: 500 } })
    leave.abort()
    expect(late.error).toMatchObject({ code: 'provider_timeout_first_token' })
    expect((await first).error).toMatchObject({ code: 'caller_cancelled' })
  })
})

describe('more than one model', { timeout: 90_000 }, () => {
  test('another model takes the place after the running answer is finished', async () => {
    await using house = await localHouse({ endless, hello: { says: ['Hello'] } })
    const order: string[] = []
    const switched = Promise.withResolvers<void>()
    const running = readUntil(house.adapter, textRequest('endless', { parameters: { maxOutputTokens: 300 } }), () => {
      void ask(house.adapter, textRequest('hello')).then(({ text }) => {
        order.push(text)
        switched.resolve()
      })
    })
    order.push(textOf((await running).events).slice(0, 5))
    await switched.promise
    expect(order).toEqual(['round', 'Hello'])
    expect(await countEngines()).toBe(1)
  })

  test('a file that is no model is named, refused, and tried again once it is replaced', async () => {
    await using house = await localHouse({})
    const { adapter, modelsDirectory } = house
    await writeModel(modelsDirectory, 'broken', {})
    await truncate(join(modelsDirectory, 'broken.gguf'), 20_000)
    await adapter.start(never)
    await adapter.whenLoaded(never)
    expect(adapter.describe().connections[0]?.state).toMatchObject({
      status: 'disabled',
      reason: expect.stringContaining('broken.gguf'),
    })
    expect((await ask(adapter, textRequest('broken'))).error).toMatchObject({ code: 'gateway_no_adapter' })
    await rm(join(modelsDirectory, 'broken.gguf'))
    await writeModel(modelsDirectory, 'broken', { says: ['whole'] })
    expect((await ask(adapter, textRequest('broken'))).text).toBe('whole')
    expect(adapter.describe().connections[0]?.state).toEqual({ status: 'ready', models: ['broken'] })
  })
})

const untilFound = async (parent: number | undefined): Promise<number> => {
  let found: number | undefined
  for (let tries = 0; found === undefined && tries < 200; tries += 1) {
    found = await enginePid(parent).catch(() => undefined)
    if (found === undefined) await new Promise((done) => setTimeout(done, 20))
  }
  if (found === undefined) throw new Error('the engine did not appear')
  return found
}
