import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createAdapterSet } from '../../../services/adapters/registry.ts'
import { configSchema } from '../../../services/common/config/config-schema.ts'
import { collect, log, never, textRequest } from '../openai/openai-harness.ts'

const adaptersFolder = new URL('../../../services/adapters/', import.meta.url)
const folders = readdirSync(adaptersFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/adapter.ts`, adaptersFolder)))
  .map(({ name }) => name)

const createSet = () => {
  const config = configSchema.parse({ adapters: { local: { connections: {} } } })
  return createAdapterSet({ config: () => config, missing: () => [], dataDir: join(tmpdir(), 'hearth-none'), log })
}

describe('the set of adapters', () => {
  test('has every folder of services/adapters under its name', async () => {
    const { set } = createSet()
    const names = (await set.describe(never)).map(({ name }) => name)
    expect(names.toSorted()).toEqual(folders.toSorted())
  })

  test('answers by the adapter that is named, and starts and stops its parts', async () => {
    const { set, parts } = createSet()
    for (const part of parts) await part.start(never)
    const { text, error } = await collect(
      set.generate('demo', textRequest({ parameters: { maxOutputTokens: 3 } }), never),
    )
    for (const part of parts) await part.stop(AbortSignal.timeout(1000))
    expect(error).toBeUndefined()
    expect(text).not.toBe('')
  })

  test('an unknown adapter is gateway_no_adapter and says which there are', async () => {
    const { error } = await collect(createSet().set.generate('nobody', textRequest(), never))
    expect(error?.code).toBe('gateway_no_adapter')
    expect(error?.message).toContain('openai, anthropic, local, demo')
  })
})
