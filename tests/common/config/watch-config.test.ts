import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ConfigChanges, diffConfig } from '../../../services/common/config/diff-config.ts'
import { loadConfig } from '../../../services/common/config/load-config.ts'
import type { LoadedConfig } from '../../../services/common/config/loaded-config.ts'
import { watchConfig } from '../../../services/common/config/watch-config.ts'
import type { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { HouseFolder } from './house-folder.ts'

vi.setConfig({ testTimeout: 30_000 })

interface Seen {
  readonly changes: ConfigChanges[]
  readonly loaded: LoadedConfig[]
  readonly errors: HearthError[]
}

let ended: AbortController
beforeEach(() => {
  ended = new AbortController()
})
afterEach(() => ended.abort())

function watched(loaded: LoadedConfig, onChange: () => void = () => undefined): Seen {
  const seen: Seen = { changes: [], loaded: [], errors: [] }
  watchConfig(loaded, {
    signal: ended.signal,
    onError: (error) => seen.errors.push(error),
    onChange: (next, changes) => {
      seen.loaded.push(next)
      seen.changes.push(changes)
      onChange()
    },
  })
  return seen
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 })

describe('an edit', () => {
  test('is read and told, live and restart apart', async () => {
    using house = new HouseFolder('log: { level: info }\ngateway: { port: 1 }\n')
    const seen = watched(house.load())
    house.write('config.yaml', 'log: { level: warn }\ngateway: { port: 2 }\n')
    await until(() => expect(seen.changes).toEqual([{ live: ['log.level'], needsRestart: ['gateway.port'] }]))
    expect(seen.loaded[0]?.config.log.level).toBe('warn')
  })

  test('by rename, as editors write, is seen every time', async () => {
    using house = new HouseFolder('log: { level: info }\n')
    const seen = watched(house.load())
    for (const level of ['warn', 'error', 'debug']) {
      house.write('config.yaml.swp', `log: { level: ${level} }\n`)
      renameSync(join(house.path, 'config.yaml.swp'), join(house.path, 'config.yaml'))
      await until(() => expect(seen.loaded.at(-1)?.config.log.level).toBe(level))
    }
    expect(seen.errors).toEqual([])
  })

  test('by a swapped symlink, as Kubernetes mounts a ConfigMap, is seen every time', async () => {
    using house = new HouseFolder()
    const mount = join(house.path, 'mount')
    mkdirSync(mount)
    const swap = (version: string, yaml: string): void => {
      mkdirSync(join(mount, version))
      writeFileSync(join(mount, version, 'config.yaml'), yaml)
      symlinkSync(version, join(mount, '..data_tmp'))
      renameSync(join(mount, '..data_tmp'), join(mount, '..data'))
    }
    swap('..1', 'log: { level: info }\n')
    symlinkSync('..data/config.yaml', join(mount, 'config.yaml'))
    const seen = watched(loadConfig({ env: {}, cwd: house.path, file: 'mount/config.yaml' }))
    swap('..2', 'log: { level: warn }\n')
    await until(() => expect(seen.loaded.at(-1)?.config.log.level).toBe('warn'))
    swap('..3', 'log: { level: error }\n')
    await until(() => expect(seen.loaded.at(-1)?.config.log.level).toBe('error'))
  })

  test('of .env counts too', async () => {
    using house = new HouseFolder('', 'OPENAI_API_KEY=one\n')
    const seen = watched(house.load())
    house.write('.env', 'OPENAI_API_KEY=two\n')
    await until(() =>
      expect(seen.changes).toEqual([{ live: ['adapters.openai.connections.default'], needsRestart: [] }]),
    )
  })

  test('that changes nothing but comments is not told', async () => {
    using house = new HouseFolder('log: { level: info }\n')
    const seen = watched(house.load())
    house.write('config.yaml', '# a comment\nlog: { level: info }\n')
    await new Promise((resolve) => setTimeout(resolve, 500))
    house.write('config.yaml', 'log: { level: warn }\n')
    await until(() => expect(seen.changes).toHaveLength(1))
    expect(seen.changes[0]?.live).toEqual(['log.level'])
  })
})

describe('a broken edit', () => {
  test('keeps the old, names file and line, and the repair is told even when nothing else changed', async () => {
    using house = new HouseFolder('log: { level: info }\n')
    const seen = watched(house.load())
    house.write('config.yaml', 'log:\n  levle: info\n')
    await until(() => expect(seen.errors).toHaveLength(1))
    expect(seen.errors[0]).toMatchObject({ details: { file: 'config.yaml', line: 2 } })
    expect(seen.loaded).toEqual([])
    house.write('config.yaml', 'log: { level: info }\n')
    await until(() => expect(seen.changes).toEqual([{ live: [], needsRestart: [] }]))
  })

  test('a file that is gone is an error, not the defaults; its return is told', async () => {
    using house = new HouseFolder('log: { level: warn }\n')
    const seen = watched(house.load())
    rmSync(join(house.path, 'config.yaml'))
    await until(() => expect(seen.errors[0]?.message).toMatch(/is gone; the settings read last stay in use/))
    house.write('config.yaml', 'log: { level: error }\n')
    await until(() => expect(seen.changes).toEqual([{ live: ['log.level'], needsRestart: [] }]))
  })

  test('a change that its consumer cannot take is reported and does not end the watch', async () => {
    using house = new HouseFolder('log: { level: info }\n')
    let calls = 0
    const seen = watched(house.load(), () => {
      calls += 1
      if (calls === 1) throw new Error('cannot take it')
    })
    house.write('config.yaml', 'log: { level: warn }\n')
    await until(() => expect(seen.errors).toHaveLength(1))
    house.write('config.yaml', 'log: { level: error }\n')
    await until(() => expect(seen.loaded).toHaveLength(2))
  })
})

test('a file that appears at the default place is read', async () => {
  using house = new HouseFolder()
  const seen = watched(house.load())
  house.write('config.yaml', 'log: { level: warn }\n')
  await until(() => expect(seen.changes).toEqual([{ live: ['log.level'], needsRestart: [] }]))
})

test('after the signal nothing is told and no handle is left', async () => {
  using house = new HouseFolder('log: { level: info }\n')
  const handles = (): number => process.getActiveResourcesInfo().filter((name) => /FSEvent/.test(name)).length
  const before = handles()
  const seen = watched(house.load())
  ended.abort()
  house.write('config.yaml', 'log: { level: warn }\n')
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(seen.loaded).toEqual([])
  expect(handles()).toBe(before)
})

test('differences are whole profiles, users and connections, and single keys elsewhere', () => {
  const config = (yaml: string): LoadedConfig['config'] => {
    using house = new HouseFolder(`data_dir: /d\n${yaml}`)
    return house.load().config
  }
  const profile = (text: string): string => `{ description: ${text}, targets: [{ adapter: demo, model: demo }] }`
  const old = config(
    `profiles: { a: ${profile('x')}, b: ${profile('x')}, c: ${profile('x')} }\nusers: { u: { role: member } }\n`,
  )
  const next = config(
    `profiles: { a: ${profile('y')}, c: ${profile('x')}, d: ${profile('x')} }\ngateway: { limits: { connections: 3 }, allowed_hosts: [x] }\n`,
  )
  expect(diffConfig(old, old)).toEqual({ live: [], needsRestart: [] })
  expect(diffConfig(old, next)).toEqual({
    live: ['users.u', 'profiles.a', 'profiles.b', 'profiles.d'],
    needsRestart: ['gateway.allowed_hosts', 'gateway.limits.connections'],
  })
})
