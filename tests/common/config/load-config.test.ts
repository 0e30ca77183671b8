import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { ConfigError } from '../../../services/common/config/config-error.ts'
import { loadConfig } from '../../../services/common/config/load-config.ts'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { HouseFolder } from './house-folder.ts'

vi.setConfig({ testTimeout: 30_000 })

describe('layers', () => {
  test('without a file every setting has its default, and a note says so', () => {
    using house = new HouseFolder()
    const loaded = house.load()
    expect(loaded.config.gateway.port).toBe(8080)
    expect(Object.keys(loaded.config.profiles)).toEqual(['assistant', 'demo'])
    expect(loaded.notes).toEqual(['There is no config.yaml; every setting has its default.'])
    expect(loaded.hasFile).toBe(false)
  })

  test('the file is over the defaults, .env over the file, the environment over .env', () => {
    using house = new HouseFolder(
      'gateway: { port: 1, limits: { connections: 5 } }\nlog: { level: warn }\n',
      'HEARTH_GATEWAY__PORT=2\nHEARTH_GATEWAY__LIMITS__CONNECTIONS=6\n',
    )
    const { config } = house.load({ HEARTH_GATEWAY__PORT: '3' })
    expect(config.gateway.port).toBe(3)
    expect(config.gateway.limits.connections).toBe(6)
    expect(config.log.level).toBe('warn')
    expect(config.gateway.host).toBe('127.0.0.1')
  })

  test('an empty variable unsets what .env has', () => {
    using house = new HouseFolder('', 'HEARTH_GATEWAY__PORT=2\nOPENAI_API_KEY=sk-file\n')
    const { config, missing } = house.load({ HEARTH_GATEWAY__PORT: '', OPENAI_API_KEY: '' })
    expect(config.gateway.port).toBe(8080)
    expect(missing).toContainEqual({ connection: 'adapters.openai.connections.default', name: 'OPENAI_API_KEY' })
  })

  test('a profiles key replaces the shipped profiles, a connections key the shipped connections', () => {
    using house = new HouseFolder(
      'profiles: { mine: { targets: [{ adapter: demo, model: demo }] } }\nadapters: { demo: { connections: {} } }\n',
    )
    const { config } = house.load()
    expect(Object.keys(config.profiles)).toEqual(['mine'])
    expect(config.profiles['mine']?.timeouts.headers_ms).toBe(5000)
    expect(config.adapters.demo.connections).toEqual({})
    expect(Object.keys(config.adapters.local.connections)).toEqual(['embedded'])
  })

  test('a section left empty keeps its defaults', () => {
    using house = new HouseFolder('gateway:\nadapters:\n  openai:\n')
    expect(house.load().config.gateway.port).toBe(8080)
    expect(Object.keys(house.load().config.adapters.openai.connections)).toEqual(['default'])
  })

  test('HEARTH_CONFIG names another file; a missing one is an error, and .env beside it counts', () => {
    using house = new HouseFolder()
    mkdirSync(join(house.path, 'etc'))
    writeFileSync(join(house.path, 'etc/house.yaml'), 'gateway: { port: 7 }\ndata_dir: store\n')
    writeFileSync(join(house.path, 'etc/.env'), 'HEARTH_LOG__LEVEL=debug\n')
    const loaded = house.load({ HEARTH_CONFIG: 'etc/house.yaml' })
    expect(loaded.config.gateway.port).toBe(7)
    expect(loaded.config.log.level).toBe('debug')
    expect(loaded.paths.dataDir).toBe(join(house.path, 'etc/store'))
    expect(house.problems({ HEARTH_CONFIG: 'no.yaml' })).toEqual([
      'no.yaml: no such file; HEARTH_CONFIG names it; make it or name another',
    ])
  })

  test('secrets are taken from .env and environment and are no settings', () => {
    using house = new HouseFolder('', 'HEARTH_ADMIN_TOKEN=a-token-of-the-file\n')
    const { secrets, clientUrl } = house.load({ HEARTH_CLUSTER_TOKEN: 'c', HEARTH_URL: 'http://x', HEARTH_TOKEN: 't' })
    expect(secrets).toEqual({ adminToken: 'a-token-of-the-file', clusterToken: 'c', token: 't' })
    expect(clientUrl).toBe('http://x')
  })
})

describe('paths', () => {
  test('relative paths start at the folder of the file; store and models follow data_dir', () => {
    using house = new HouseFolder('data_dir: deep/data\ngateway: { tls: { cert_file: a.pem, key_file: /b.pem } }\n')
    const { config, paths } = house.load()
    expect(paths.dataDir).toBe(join(house.path, 'deep/data'))
    expect(paths.storePath).toBe(join(house.path, 'deep/data/hearth.db'))
    expect(config.store.url).toBe(`sqlite:${join(house.path, 'deep/data/hearth.db')}`)
    expect(paths.modelsDir('embedded')).toBe(join(house.path, 'deep/data/models'))
    expect(config.gateway.tls).toEqual({ cert_file: join(house.path, 'a.pem'), key_file: '/b.pem' })
  })

  test('a store and a models folder of their own stay where they are named', () => {
    using house = new HouseFolder(
      'store: { url: "sqlite:x/y.db" }\nadapters: { local: { connections: { embedded: { models_dir: /m } } } }\n',
    )
    const { paths } = house.load({ HEARTH_DATA_DIR: '/elsewhere' })
    expect(paths.storePath).toBe(join(house.path, 'x/y.db'))
    expect(paths.modelsDir('embedded')).toBe('/m')
    expect(paths.modelsDir('unknown')).toBe('/elsewhere/models')
  })
})

describe('mistakes', () => {
  test('all problems are reported at once, each with file, line, column and what is allowed', () => {
    using house = new HouseFolder(
      'gateway:\n  prot: 1\n  port: abc\nlog:\n  level: verbose\nprofiles:\n  Bad Name:\n    targets: []\n',
    )
    expect(house.problems()).toEqual([
      'config.yaml:2:3 gateway.prot: unknown key; allowed: host, port, allowed_hosts, allowed_origins, trusted_proxies, tls, merge, limits; did you mean port?',
      'config.yaml:3:3 gateway.port: must be a whole number from 0 up to 65535',
      'config.yaml:5:3 log.level: must be one of trace, debug, info, warn, error, fatal',
      'config.yaml:7:3 profiles.Bad Name: this name is not allowed: must be a DNS label: lower-case letters, digits and inner hyphens, at most 63',
    ])
  })

  test('the error is a HearthError with file, line and parameter in its details', () => {
    using house = new HouseFolder('gateway:\n  prot: 1\n')
    let caught: unknown
    try {
      house.load()
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(ConfigError)
    expect(caught).toBeInstanceOf(HearthError)
    expect(caught).toMatchObject({
      code: 'caller_invalid_request',
      details: { file: 'config.yaml', line: 2, param: 'gateway.prot' },
    })
  })

  test.each([
    ['a key twice', 'log: { level: info }\nlog: { level: warn }\n', /^config\.yaml:2:1: the same key stands twice/],
    ['a tab', 'gateway:\n\tport: 1\n', /^config\.yaml:2:1: a tab cannot indent YAML; use spaces/],
    ['a list', '- a\n- b\n', /^config\.yaml:1:1: must be a map of keys/],
    ['two documents', 'log: {}\n---\nlog: {}\n', /several documents/],
    ['an open quote', 'data_dir: "x\n', /^config\.yaml:\d+:\d+: /],
    ['an unknown anchor', 'log: *nowhere\n', /^config\.yaml:1:6: /],
  ])('%s is a clear error', (_, yaml, expected) => {
    using house = new HouseFolder(yaml)
    expect(house.problems()[0]).toMatch(expected)
  })

  test('an explosion of anchors is refused', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const below = level === 0 ? 'x' : `*a${level - 1}`
      return `a${level}: &a${level} [${Array.from({ length: 9 }, () => below).join(', ')}]`
    })
    using house = new HouseFolder(`${levels.join('\n')}\n`)
    expect(house.problems()[0]).toMatch(/alias/)
  })

  test('anchors and aliases within reason work', () => {
    using house = new HouseFolder('gateway: { host: &h 127.0.0.2 }\noperations: { host: *h }\n')
    expect(house.load().config.operations.host).toBe('127.0.0.2')
  })

  test('no message ever holds a value of the file or of the environment', () => {
    using house = new HouseFolder(
      'adapters:\n  openai:\n    connections:\n      default: { base_url: "sk-secret", api_key: [sk-secret] }\n',
    )
    const text = house.problems({ HEARTH_GATEWAY__PORT: 'sk-secret', HEARTH_GATEWAY__PROT: 'sk-secret' }).join('\n')
    expect(text.split('\n')).toHaveLength(4)
    expect(text).not.toContain('sk-secret')
  })

  test('a LAN bind with the shipped host names is refused and says what to set', () => {
    using house = new HouseFolder('gateway:\n  host: 0.0.0.0\n')
    expect(house.problems()[0]).toMatch(/^config\.yaml:2:3 gateway\.host: .*gateway\.allowed_hosts must list/)
    expect(house.load({ HEARTH_GATEWAY__ALLOWED_HOSTS: 'hearth.lan' }).config.gateway.host).toBe('0.0.0.0')
    expect(house.load({ HEARTH_GATEWAY__HOST: '::1' }).config.gateway.host).toBe('::1')
  })

  test('whatever a file holds, loading gives settings or a ConfigError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          using house = new HouseFolder(text)
          expect(() => house.problems()).not.toThrow()
        },
      ),
      { numRuns: 100, verbose: 1 },
    )
  })
})

describe('names in texts', () => {
  test('${NAME} is filled from the environment and .env, with a default after :-, and read as what the place takes', () => {
    using house = new HouseFolder(
      'gateway: { port: "${PORT}", host: "127.0.0.${LAST:-9}" }\noperations: { open_metrics: "${OPEN:-true}" }\n',
      'PORT=5\n',
    )
    const { config } = house.load()
    expect(config.gateway).toMatchObject({ port: 5, host: '127.0.0.9' })
    expect(config.operations.open_metrics).toBe(true)
    expect(house.load({ PORT: '6' }).config.gateway.port).toBe(6)
  })

  test('a missing name inside a connection disables it and does not stop the load', () => {
    using house = new HouseFolder(`adapters:
  openai:
    connections:
      keyed: { base_url: "http://a/v1", api_key: "\${NO_KEY}" }
      placed: { base_url: "\${NO_URL}", api_key: x }
      whole: { base_url: "http://b/v1", api_key: "\${KEY}" }
`)
    const { config, missing } = house.load({ KEY: 'k' })
    expect(config.adapters.openai.connections).toEqual({
      keyed: { base_url: 'http://a/v1', api_key: '', api: 'chat' },
      whole: { base_url: 'http://b/v1', api_key: 'k', api: 'chat' },
    })
    expect(missing.filter(({ connection }) => connection.startsWith('adapters.openai.'))).toEqual([
      { connection: 'adapters.openai.connections.keyed', name: 'NO_KEY' },
      { connection: 'adapters.openai.connections.placed', name: 'NO_URL' },
    ])
  })

  test('a missing name elsewhere is an error with file and line', () => {
    using house = new HouseFolder('log:\n  level: ${LEVEL}\n')
    expect(house.problems()).toEqual([
      'config.yaml:2:3 log.level: ${LEVEL} is not set; set LEVEL in the environment or .env, or write ${LEVEL:-default}',
    ])
  })

  test('$${ stands for a plain ${', () => {
    using house = new HouseFolder('users: { anna: { role: member, display_name: "$${NAME}" } }\n')
    expect(house.load().config.users['anna']?.display_name).toBe('${NAME}')
  })

  test('a value from the environment is used as it is', () => {
    using house = new HouseFolder('')
    const { config, missing } = house.load({ HEARTH_ADAPTERS__OPENAI__CONNECTIONS__DEFAULT__API_KEY: 'a${X}b' })
    expect(config.adapters.openai.connections['default']?.api_key).toBe('a${X}b')
    expect(missing.filter(({ connection }) => connection.startsWith('adapters.openai.'))).toEqual([])
  })
})

describe('environment', () => {
  test('a variable reaches into connections, lists and profiles; numbers, booleans, null and lists are read', () => {
    using house = new HouseFolder('adapters: { openai: { connections: { my-box: { base_url: "http://x/v1" } } } }\n')
    const { config } = house.load({
      HEARTH_ADAPTERS__OPENAI__CONNECTIONS__MY_BOX__BASE_URL: 'http://y/v1',
      HEARTH_ADAPTERS__LOCAL__CONNECTIONS__EMBEDDED__THREADS: '2',
      HEARTH_ADAPTERS__LOCAL__CONNECTIONS__EMBEDDED__MODELS_DIR: '/models',
      HEARTH_OPERATIONS__OPEN_METRICS: 'true',
      HEARTH_ENDPOINTS__ROUTER: 'null',
      HEARTH_GATEWAY__ALLOWED_HOSTS: ' a.lan, b.lan ',
      HEARTH_GATEWAY__ALLOWED_ORIGINS: '["https://p.lan"]',
      HEARTH_PROFILES__ASSISTANT__TARGETS__1__MODEL: 'other',
      HEARTH_USERS__BIG_ANNA__ROLE: 'guest',
    })
    expect(config.adapters.openai.connections['my-box']?.base_url).toBe('http://y/v1')
    expect(config.adapters.local.connections['embedded']).toMatchObject({ threads: 2, models_dir: '/models' })
    expect(config.operations.open_metrics).toBe(true)
    expect(config.endpoints.router).toBeNull()
    expect(config.gateway.allowed_hosts).toEqual(['a.lan', 'b.lan'])
    expect(config.gateway.allowed_origins).toEqual(['https://p.lan'])
    expect(config.profiles['assistant']?.targets.map(({ model }) => model)).toEqual(['gpt-5.2', 'other'])
    expect(config.users['big-anna']?.role).toBe('guest')
  })

  test('an override of a default connection keeps the rest of it', () => {
    using house = new HouseFolder('')
    const { config } = house.load({
      HEARTH_ADAPTERS__OPENAI__CONNECTIONS__DEFAULT__BASE_URL: 'http://127.0.0.1:9/v1',
      OPENAI_API_KEY: 'sk',
    })
    expect(config.adapters.openai.connections['default']).toEqual({
      base_url: 'http://127.0.0.1:9/v1',
      api_key: 'sk',
      api: 'chat',
    })
  })

  test('an unknown or wrong variable is an error that names it and the nearest', () => {
    using house = new HouseFolder('', 'HEARTH_LOG_LEVEL=debug\n')
    expect(house.problems({ HEARTH_GATEWAY: 'x', HEARTH_GATEWAY__PORT: 'x' })).toEqual([
      'HEARTH_LOG_LEVEL in .env: no setting has this name (HEARTH_ and the path in capitals, joined with __); did you mean HEARTH_LOG__LEVEL?',
      'HEARTH_GATEWAY gateway: is a section; set one of its keys, such as HEARTH_GATEWAY__HOST',
      'HEARTH_GATEWAY__PORT gateway.port: must be a whole number from 0 up to 65535',
    ])
  })

  test('the names that Kubernetes gives for a Service are ignored', () => {
    using house = new HouseFolder('')
    const env = {
      HEARTH_GATEWAY_PORT: 'tcp://10.0.0.1:8080',
      HEARTH_GATEWAY_SERVICE_HOST: '10.0.0.1',
      HEARTH_GATEWAY_SERVICE_PORT_HTTP: '8080',
      HEARTH_GATEWAY_PORT_8080_TCP_ADDR: '10.0.0.1',
    }
    expect(house.problems(env)).toEqual([])
  })
})

test('the declared version follows content, not order, and only profiles and users', () => {
  const version = (yaml: string): string => {
    using house = new HouseFolder(yaml)
    return house.load().declaredVersion
  }
  const target = 'targets: [{ adapter: demo, model: demo }]'
  const base = version(`profiles: { a: { ${target}, description: x }, b: { ${target} } }\n`)
  expect(version(`log: { level: warn }\nprofiles: { b: { ${target} }, a: { description: x, ${target} } }\n`)).toBe(base)
  expect(version(`profiles: { a: { ${target}, description: y }, b: { ${target} } }\n`)).not.toBe(base)
})

test('what was loaded is frozen and can be read again', () => {
  using house = new HouseFolder('gateway: { port: 1 }\n')
  const loaded = loadConfig({ env: {}, cwd: house.path })
  expect(Object.isFrozen(loaded.config.gateway.limits)).toBe(true)
  house.write('config.yaml', 'gateway: { port: 2 }\n')
  expect(loaded.config.gateway.port).toBe(1)
  expect(loaded.reload().config.gateway.port).toBe(2)
})
