import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLocalAdapter } from '../../../services/adapters/local/adapter.ts'
import type { LocalConnection } from '../../../services/common/config/config-schema.ts'
import { ask, countEngines, eventually, log, plainConnection, textRequest, writeModel } from './local-harness.ts'

test('an engine ends when its connection becomes a server; what it does not take is told first', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-local-'))
  await mkdir(join(dataDir, 'models'))
  await writeModel(join(dataDir, 'models'), 'tiny', { says: ['Hello', ' house'] })
  let home: LocalConnection = { ...plainConnection, context_tokens: 1024, sequences: 1, threads: 1 }
  const adapter = createLocalAdapter({ connections: () => ({ home }), dataDir, log })
  try {
    const parameters = { maxOutputTokens: 8, reasoningEffort: 'low', presencePenalty: 1 }
    const { events, error } = await ask(adapter, textRequest('tiny', { connection: 'home', parameters }))
    expect(error).toBeUndefined()
    expect(events[0]).toEqual({ type: 'parameters-dropped', names: ['reasoning_effort', 'presence_penalty'] })
    expect(await countEngines()).toBe(1)

    home = { ...plainConnection, base_url: 'http://127.0.0.1:9/v1' }
    expect(adapter.describe().connections).toEqual([{ name: 'home', state: { status: 'ready' } }])
    let engines = 1
    const counted = setInterval(async () => {
      engines = await countEngines()
    }, 50)
    await eventually(() => engines === 0, 'the engine ended').finally(() => clearInterval(counted))
  } finally {
    await adapter.stop(AbortSignal.abort())
    await rm(dataDir, { recursive: true })
  }
}, 60_000)
