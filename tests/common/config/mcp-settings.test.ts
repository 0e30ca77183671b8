import { describe, expect, test, vi } from 'vitest'
import { diffConfig } from '../../../services/common/config/diff-config.ts'
import { watchConfig } from '../../../services/common/config/watch-config.ts'
import { HouseFolder } from './house-folder.ts'

vi.setConfig({ testTimeout: 30_000 })

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 })

describe('servers, devices and secrets in config.yaml', () => {
  test('have the defaults that the page of settings promises', () => {
    using house = new HouseFolder('')
    const { mcp, devices, secrets } = house.load().config
    expect(mcp).toMatchObject({
      include: null,
      resolver: { profile: null, mode: 'auto' },
      allow_api_commands: false,
      on_disable: 'finish',
      servers: {},
    })
    expect({ devices, secrets }).toEqual({ devices: {}, secrets: { allow: [] } })
  })

  test('keep their references: only what is no secret is filled when the file is read', () => {
    using house = new HouseFolder(`mcp:
  servers:
    one:
      command: \${KEY}
      args: ["\${KEY}"]
      cwd: work
      env: { A: "\${KEY}", B: "$\${KEY}" }
      limits: { concurrency: "\${COUNT}" }
    two:
      url: https://\${KEY}/mcp
      headers: { a: "\${KEY}" }
      oauth: { client_id: "\${KEY}", client_secret: "\${KEY}" }
`)
    const { config } = house.load({ KEY: 'k', COUNT: '7' })
    expect(config.mcp.servers['one']).toMatchObject({
      command: '${KEY}',
      args: ['${KEY}'],
      cwd: `${house.path}/work`,
      env: { A: '${KEY}', B: '$${KEY}' },
      limits: { concurrency: 7 },
    })
    expect(JSON.stringify(config.mcp.servers['two'])).not.toContain('"k"')
  })

  test('that are no YAML are not repeated, for they may hold a secret', () => {
    using house = new HouseFolder('mcp: { servers: { a: { command: x, headers: { k: "x" } "hush-hush" } } }\n')
    expect(house.problems().join()).toMatch(/^config\.yaml:1:/)
    expect(house.problems().join()).not.toContain('hush')
  })

  test('a missing name is told for servers that are ON, and the house starts', () => {
    using house = new HouseFolder(
      'mcp: { servers: { a: { command: x, env: { K: "${NONE}" } }, b: { enabled: false, command: x, env: { K: "${NONE}" } } } }\n',
    )
    expect(house.load().missing).toContainEqual({ connection: 'mcp.servers.a', name: 'NONE' })
    expect(house.load().missing).not.toContainEqual({ connection: 'mcp.servers.b', name: 'NONE' })
    expect(house.load({ NONE: 'x' }).missing.map(({ name }) => name)).not.toContain('NONE')
  })

  test.each([
    ['mcp: { servers: { a: {} } }', 'config.yaml:1:19 mcp.servers.a: needs exactly one of command, url and image'],
    [
      'mcp: { servers: { a: { command: x, url: "http://x" } } }',
      'config.yaml:1:19 mcp.servers.a: needs exactly one of command, url and image',
    ],
    ['mcp: { servers: { A_b: { command: x } } }', /mcp\.servers\.A_b: this name is not allowed: must be a DNS label/],
    ['mcp: { servers: { a: { command: x, trsut: low } } }', /a\.trsut: unknown key; .*did you mean trust\?/],
    ['mcp: { on_disable: stop }', 'config.yaml:1:8 mcp.on_disable: must be one of finish, cancel'],
    ['secrets: { allow: [1a] }', /secrets\.allow\[0\]: must be a name of an environment variable/],
    ['secrets: { allow: [A, HEARTH_ADMIN_TOKEN] }', /secrets\.allow\[1\]: is a secret of the house itself/],
    ['devices: { lamp: { adapter: x, address: y } }', /devices\.lamp\.adapter: must be one of zigbee, demo/],
  ])('a mistake is told with its place: %s', (yaml, expected) => {
    using house = new HouseFolder(`${yaml}\n`)
    expect(house.problems()).toEqual([expect.stringMatching(expected)])
  })

  test('name the declared document, in whatever order they stand', () => {
    const version = (yaml: string): string => {
      using house = new HouseFolder(yaml)
      return house.load().declaredVersion
    }
    const one = version('mcp: { servers: { a: { command: x }, b: { command: y } } }\n')
    expect(version('mcp: { port: 1, servers: { b: { command: y }, a: { command: x } } }\n')).toBe(one)
    expect(version('mcp: { servers: { a: { command: x }, b: { command: z } } }\n')).not.toBe(one)
    expect(version('devices: { lamp: { adapter: demo, address: y } }\n')).not.toBe(version(''))
  })

  test('take effect live, each server and device whole', () => {
    const config = (yaml: string) => {
      using house = new HouseFolder(`data_dir: /d\n${yaml}`)
      return house.load().config
    }
    const old = config('mcp: { servers: { a: { command: x }, b: { command: x } } }\n')
    const next = config(
      'mcp: { port: 1, on_disable: cancel, allow_api_commands: true, servers: { a: { command: y }, b: { command: x } } }\nsecrets: { allow: [A] }\ndevices: { lamp: { adapter: demo, address: y } }\n',
    )
    expect(diffConfig(old, next)).toEqual({
      live: ['mcp.allow_api_commands', 'mcp.on_disable', 'mcp.servers.a', 'secrets.allow', 'devices.lamp'],
      needsRestart: ['mcp.port'],
    })
  })
})

describe('the watch', () => {
  const watched = (house: HouseFolder) => {
    const ended = new AbortController()
    const seen = { servers: [] as string[][], live: [] as (readonly string[])[], errors: [] as string[] }
    watchConfig(house.load(), {
      signal: ended.signal,
      onError: (error) => seen.errors.push(error.message),
      onChange: (loaded, { live }) => {
        seen.servers.push(Object.keys(loaded.config.mcp.servers))
        seen.live.push(live)
      },
    })
    return { seen, [Symbol.dispose]: () => ended.abort() }
  }

  test('follows the included file, keeps the old over a broken edit, and tells the repair', async () => {
    using house = new HouseFolder('mcp: { include: mcp.json }\n')
    house.write('mcp.json', '{"mcpServers": {"a": {"command": "x"}}}')
    using watch = watched(house)
    house.write('mcp.json', '{"mcpServers": {"a": {"command": "x"}, "b": {"command": "x"}}}')
    await until(() => expect(watch.seen.live).toEqual([['mcp.servers.b']]))
    house.write('mcp.json', '{"mcpServers": {"a": {"command": "x"}, "b"')
    await until(() => expect(watch.seen.errors).toEqual([expect.stringMatching(/^mcp\.json:1:\d+: is not JSON/)]))
    house.write('mcp.json', '{"mcpServers": {"b": {"command": "x"}}}')
    await until(() => expect(watch.seen.servers.at(-1)).toEqual(['b']))
  })

  test('follows a file that an edit includes, also when it was missing or broken first', async () => {
    using house = new HouseFolder('')
    using watch = watched(house)
    house.write('config.yaml', 'mcp: { include: late.json }\n')
    await until(() => expect(watch.seen.errors).toEqual([expect.stringMatching(/there is no file late\.json/)]))
    house.write('late.json', '{"mcpServers": {"a": {"command": "x"}}}')
    await until(() => expect(watch.seen.servers).toEqual([['a']]))
    house.write('late.json', '{"mcpServers": {"c": {"command": "x"}}}')
    await until(() => expect(watch.seen.servers).toEqual([['a'], ['c']]))
    expect(watch.seen.errors).toHaveLength(1)
  })

  test('tells a value of .env that only a server uses', async () => {
    using house = new HouseFolder('mcp: { servers: { a: { command: x, env: { K: "${KEY}" } } } }\n', 'KEY=one\n')
    using watch = watched(house)
    house.write('.env', 'KEY=two\n')
    await until(() => expect(watch.seen.live).toEqual([[]]))
  })
})
