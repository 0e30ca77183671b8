import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { serverName } from '../../../services/common/config/included-servers.ts'
import { HouseFolder } from './house-folder.ts'

vi.setConfig({ testTimeout: 30_000 })

/** A house whose config.yaml includes `mcp.json` with this text. */
function houseWith(json: string, servers = ''): HouseFolder {
  const house = new HouseFolder(`mcp: { include: mcp.json${servers} }\n`)
  house.write('mcp.json', json)
  return house
}

describe('an included file', () => {
  test('adds its servers, in the words of other clients, to those of config.yaml', () => {
    const json = JSON.stringify({
      mcpServers: {
        memory: { command: 'npx', args: ['-y', 'server-memory'], env: { PORT: 1, FLAG: true, KEY: '${KEY}' } },
        'Brave Search': { type: 'streamable-http', url: 'https://brave.lan/mcp', headers: { 'X-Key': '${KEY}' } },
        old: { type: 'sse', url: 'https://old.lan/sse', disabled: true },
      },
    })
    using house = houseWith(json, ', servers: { own: { command: own } }')
    const { config, missing, files, notes, serverFiles } = house.load()
    expect(config.mcp.servers).toMatchObject({
      memory: { enabled: true, command: 'npx', env: { PORT: '1', FLAG: 'true', KEY: '${KEY}' } },
      'brave-search': { transport: 'http', url: 'https://brave.lan/mcp', headers: { 'X-Key': '${KEY}' } },
      old: { enabled: false, transport: 'sse' },
      own: { command: 'own' },
    })
    expect(missing.filter(({ name }) => name === 'KEY').map(({ connection }) => connection)).toEqual([
      'mcp.servers.memory',
      'mcp.servers.brave-search',
    ])
    expect(files.at(-1)).toMatch(/mcp\.json$/)
    expect(Object.keys(serverFiles)).toEqual(['memory', 'brave-search', 'old'])
    expect(serverFiles['old']).toBe(files.at(-1))
    expect(notes).toEqual([])
  })

  test('may refer to the environment in the words of other clients', () => {
    const env = { A: '${env:KEY}', B: 'x${env:KEY:-none}y${OTHER:-z}', C: '$${env:KEY}' }
    const mcpServers = { a: { command: 'x', args: ['--key', '${env:KEY}'], env } }
    using house = houseWith(JSON.stringify({ mcpServers }))
    expect(house.load().config.mcp.servers['a']).toMatchObject({
      args: ['--key', '${KEY}'],
      env: { A: '${KEY}', B: 'x${KEY:-none}y${OTHER:-z}', C: '$${env:KEY}' },
    })
  })

  test('with keys that mean nothing here is used, and a note says so', () => {
    using house = houseWith('{"mcpServers": {"a": {"command": "x", "autoApprove": [], "timeout": 5}}}')
    expect(house.load().notes).toEqual(['mcp.json: autoApprove, timeout of "a" mean nothing here and are ignored.'])
  })

  test('is under the environment, which reaches its servers too', () => {
    using house = houseWith('{"mcpServers": {"a": {"command": "x"}}}')
    const { config } = house.load({ HEARTH_MCP__SERVERS__A__ENABLED: 'false' })
    expect(config.mcp.servers['a']).toMatchObject({ enabled: false, command: 'x' })
  })

  test('may be named by the environment', () => {
    using house = new HouseFolder('')
    house.write('other.json', '{"mcpServers": {"a": {"command": "x"}}}')
    expect(Object.keys(house.load({ HEARTH_MCP__INCLUDE: 'other.json' }).config.mcp.servers)).toEqual(['a'])
    expect(house.problems({ HEARTH_MCP__INCLUDE: 'none.json' })).toEqual([
      'HEARTH_MCP__INCLUDE mcp.include: there is no file none.json; make it, or leave this key out',
    ])
  })

  test('may begin with a byte order mark and be indented with tabs', () => {
    using house = houseWith('\uFEFF{\n\t"mcpServers": {\n\t\t"a": {\n\t\t\t"command": "x"\n\t\t}\n\t}\n}\n')
    expect(Object.keys(house.load().config.mcp.servers)).toEqual(['a'])
  })
})

describe('a mistake in an included file is told with file and line', () => {
  test.each([
    [
      'a missing file',
      undefined,
      'config.yaml:1:8 mcp.include: there is no file mcp.json; make it, or leave this key out',
    ],
    ['a comment', '{\n  // mine\n  "mcpServers": {}}', /^mcp\.json:2:3: is not JSON here/],
    ['a single quote', '{\n"mcpServers": {"a": {"command": \'x\'}}}', /^mcp\.json:2:33: is not JSON here/],
    ['a comma too many', '{\n"mcpServers": {},\n}', /^mcp\.json:3:1: is not JSON here/],
    ['an end too early', '{"mcpServers": {', /^mcp\.json:1:17: is not JSON here/],
    ['another shape', '{"tools": {}}', 'mcp.json: has no "mcpServers": { … }'],
    [
      'a key twice',
      '{"mcpServers": {\n"a": {"command": "x"},\n"a": {"command": "y"}}}',
      /^mcp\.json:3:1: the same key stands twice/,
    ],
    [
      'two names that become one',
      '{"mcpServers": {\n"My Files": {"command": "x"},\n"my_files": {"command": "y"}}}',
      'mcp.json:3:1 mcpServers.my_files: becomes my-files, as "My Files" does; rename one of them',
    ],
    [
      'a name of nothing',
      '{"mcpServers": {\n"…": {"command": "x"}}}',
      /^mcp\.json:2:1 mcpServers\.…: this name has no letter/,
    ],
    ['no section', '{"mcpServers": {\n"a": 5}}', /^mcp\.json:2:1 mcpServers\.a: must be a section with command or url/],
    [
      'an unknown type',
      '{"mcpServers": {"a": {\n"type": "ws", "url": "http://x"}}}',
      /^mcp\.json:2:1 mcpServers\.a\.type: must be one of/,
    ],
    [
      'what another program would ask for',
      '{"mcpServers": {"a": {"command": "x",\n"env": {"A": "${OK}",\n"KEY": "Bearer ${input:my-key}"}}}}',
      /^mcp\.json:3:1 mcpServers\.a\.env\.KEY: \$\{input:…\} is known to another program only; write \$\{NAME\}/,
    ],
    [
      'a folder of another program in a list',
      '{"mcpServers": {"a": {"command": "x", "args": ["-y",\n"${workspaceFolder:one}"]}}}',
      /^mcp\.json:2:1 mcpServers\.a\.args\[1\]: \$\{workspaceFolder:…\} is known/,
    ],
    [
      'neither command nor url',
      '{"mcpServers": {\n"a": {}}}',
      /^mcp\.json:2:1 mcp\.servers\.a: needs exactly one of command, url/,
    ],
    [
      'a wrong value',
      '{"mcpServers": {"A": {"command": "x",\n"args": "-y"}}}',
      /^mcp\.json:2:1 mcp\.servers\.a\.args: must be a list/,
    ],
    [
      'a wrong switch',
      '{"mcpServers": {"a": {"command": "x",\n"disabled": "no"}}}',
      /^mcp\.json:2:1 mcp\.servers\.a\.enabled: must be true or false/,
    ],
  ])('%s', (_what, json, expected) => {
    using house = new HouseFolder('mcp: { include: mcp.json }\n')
    if (json !== undefined) house.write('mcp.json', json)
    const problems = house.problems()
    expect(problems).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)])
  })

  test('a name that config.yaml has too', () => {
    using house = houseWith('{"mcpServers": {"Own": {"command": "x"}}}', ', servers: { own: { command: own } }')
    expect(house.problems()).toEqual([
      'mcp.json:1:17 mcpServers.Own: becomes own, which config.yaml has in mcp.servers; rename one of them',
    ])
  })

  test('and one of config.yaml at its own place, although the file has that name too', () => {
    using house = houseWith('{"mcpServers": {"own": {"command": "x"}}}', ', servers: { own: { command: 5 } }')
    expect(house.problems()).toEqual([
      expect.stringMatching(/^mcp\.json:1:17 mcpServers\.own: becomes own/),
      expect.stringMatching(/^config\.yaml:1:\d+ mcp\.servers\.own\.command: /),
    ])
  })

  test('never repeats what the file holds', () => {
    for (const json of [
      '{"mcpServers": {"a": {"command": hush-hush}}}',
      '"hush-hush"',
      '{"mcpServers": {"a": {"env": "hush-hush"}}}',
    ]) {
      using house = houseWith(json)
      const problems = house.problems()
      expect(problems.length).toBeGreaterThan(0)
      expect(problems.join()).not.toContain('hush')
    }
  })
})

test('every name becomes a DNS label or nothing, and a DNS label stays as it is', () => {
  const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (own) => {
      const name = serverName(own)
      if (name !== '') expect(name).toMatch(label)
      expect(serverName(name)).toBe(name)
    }),
  )
  expect(serverName('Küche & Bad_2')).toBe('kuche-bad-2')
})
