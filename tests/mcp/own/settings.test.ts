import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Scope } from '../../../services/common/contracts/principal.ts'
import { personSpec, profileSpec } from '../store/open-test-store.ts'
import { admin, answerOf, caller, callOwn, codeOf } from './call-own.ts'
import { httpServer, lamp, type OwnHouse, openOwnHouse } from './own-house.ts'

let house: OwnHouse
beforeEach(async () => {
  house = await openOwnHouse()
})
afterEach(() => house[Symbol.asyncDispose]())

const as = (...scopes: readonly Scope[]) => ({ principal: caller('anna', scopes) })
const call = (name: string, args: object, who: object = {}) => answerOf(house.parts.tools, name, { ...args }, who)
const refused = (name: string, args: object, who: object = {}) => codeOf(house.parts.tools, name, { ...args }, who)
const audited = async () =>
  (await house.store.audit.list({ limit: 50 }, {})).items.map(({ principal, action, target, outcome }) => [
    principal,
    action,
    target,
    outcome,
  ])

describe('settings by tools', () => {
  test('an object is made, changed in part, replaced, read, listed and removed, as by REST', async () => {
    const { setting } = await call('hearth_put_setting', { kind: 'devices', name: 'lamp', value: lamp() })
    expect(setting).toMatchObject({ name: 'lamp', origin: 'api', area: 'kitchen', risk: 'comfort' })
    await call('hearth_put_setting', {
      kind: 'devices',
      name: 'lamp',
      value: { area: null, risk: 'observe' },
      merge: true,
    })
    expect(await call('hearth_get_setting', { kind: 'devices', name: 'lamp' })).toMatchObject({
      setting: { area: null, risk: 'observe', aliases: ['lamp over the sink'] },
    })
    await call('hearth_put_setting', { kind: 'devices', name: 'lamp', value: { adapter: 'demo', address: '0x2' } })
    const listed = await call('hearth_list_settings', { kind: 'devices', with_schema: true })
    expect(listed).toMatchObject({ settings: [{ name: 'lamp', origin: 'api', about: '' }], next_cursor: null })
    expect(listed['schema']).toMatchObject({ type: 'object', properties: { adapter: { enum: ['zigbee', 'demo'] } } })
    expect(await call('hearth_remove_setting', { kind: 'devices', name: 'lamp' })).toEqual({ removed: 'lamp' })
    expect(await refused('hearth_get_setting', { kind: 'devices', name: 'lamp' })).toBe('caller_not_found')
    expect(await refused('hearth_remove_setting', { kind: 'devices', name: 'lamp' })).toBe('caller_not_found')
    expect(await audited()).toEqual([
      ['user:admin', 'device.remove', 'lamp', 'ok'],
      ['user:admin', 'device.update', 'lamp', 'ok'],
      ['user:admin', 'device.update', 'lamp', 'ok'],
      ['user:admin', 'device.create', 'lamp', 'ok'],
    ])
  })

  test('pages lead through many', async () => {
    for (const name of ['a', 'b', 'c']) await house.store.homeDevices.create(name, lamp())
    const first = await call('hearth_list_settings', { kind: 'devices', limit: 2 })
    expect(first['settings']).toMatchObject([{ name: 'a', about: 'kitchen, lamp over the sink' }, { name: 'b' }])
    const rest = await call('hearth_list_settings', { kind: 'devices', limit: 2, cursor: first['next_cursor'] })
    expect(rest).toMatchObject({ settings: [{ name: 'c' }], next_cursor: null })
  })

  test('the schema of each kind is given on request, and takes what that kind holds', async () => {
    await house.store.profiles.create('p', profileSpec())
    const specs = { profiles: profileSpec(), users: personSpec(), devices: lamp(), mcp_servers: httpServer() }
    for (const [kind, spec] of Object.entries(specs)) {
      const { schema } = await call('hearth_list_settings', { kind, with_schema: true })
      const validate = new Ajv2020({ strict: false, formats: { uri: true } }).compile(Object(schema))
      expect([validate(spec), validate.errors], kind).toEqual([true, null])
      expect(validate({ ...spec, no_such_field: 1 }), kind).toBe(false)
    }
    expect(await call('hearth_list_settings', { kind: 'profiles' })).not.toHaveProperty('schema')
  })

  test('a write that comes after another one is refused when it names the revision it knows', async () => {
    const { revision } = await house.store.profiles.create('p', profileSpec())
    await house.store.profiles.put('p', profileSpec('other'), undefined)
    const value = { description: 'mine' }
    const late = { kind: 'profiles', name: 'p', value, merge: true, if_revision: revision }
    expect(await refused('hearth_put_setting', late)).toBe('caller_conflict')
    expect(await refused('hearth_remove_setting', { kind: 'profiles', name: 'p', if_revision: revision })).toBe(
      'caller_conflict',
    )
    expect(await refused('hearth_put_setting', { ...late, name: 'unmade' })).toBe('caller_conflict')
  })

  test('what does not fit its schema is named, and nothing is written', async () => {
    const wrong = { kind: 'devices', name: 'lamp', value: { ...lamp(), colour: 'red' } }
    const { content, isError } = await callOwn(house.parts.tools, 'hearth_put_setting', wrong)
    expect([isError, JSON.stringify(content)]).toEqual([true, expect.stringContaining('colour: unknown field')])
    expect(await house.store.homeDevices.get('lamp')).toBeUndefined()
    expect(await refused('hearth_put_setting', { ...wrong, value: { ...lamp(), name: 'other' } })).toBe(
      'caller_invalid_request',
    )
  })

  test('what a file declares is read and not written', async () => {
    const declared = { lamp: lamp() }
    await house.store.declare({ version: '1', profiles: {}, users: {}, mcpServers: {}, homeDevices: declared })
    expect(await call('hearth_get_setting', { kind: 'devices', name: 'lamp' })).toMatchObject({
      setting: { origin: 'config' },
    })
    expect(await refused('hearth_put_setting', { kind: 'devices', name: 'lamp', value: lamp() })).toBe(
      'caller_conflict',
    )
    expect(await refused('hearth_remove_setting', { kind: 'devices', name: 'lamp' })).toBe('caller_conflict')
  })

  test('scopes are those of REST, of each kind its own', async () => {
    await house.store.users.create('bea', personSpec())
    const reading = { kind: 'users', name: 'bea' }
    expect(await refused('hearth_get_setting', reading, as('read', 'settings', 'devices', 'tools', 'chat'))).toBe(
      'policy_access_denied',
    )
    expect(await refused('hearth_list_settings', { kind: 'users' }, as('settings'))).toBe('policy_access_denied')
    expect(await refused('hearth_list_settings', { kind: 'profiles' }, as('devices'))).toBe('policy_access_denied')
    const writing = { kind: 'users', name: 'bea', value: { role: 'admin' } }
    expect(await refused('hearth_put_setting', writing, as('settings'))).toBe('policy_access_denied')
    expect(await refused('hearth_remove_setting', reading, as('settings'))).toBe('policy_access_denied')
    expect(await house.store.users.get('bea')).toMatchObject({ role: 'member' })
    expect(await audited()).toContainEqual(['user:anna', 'user.write', 'bea', 'blocked'])
    expect(await call('hearth_get_setting', reading)).toMatchObject({ setting: { role: 'member' } })
  })

  test('a profile that a caller may not use is not there for them', async () => {
    await house.store.profiles.create('secret', { ...profileSpec(), access: { roles: ['admin'], users: [] } })
    await house.store.profiles.create('open', profileSpec())
    expect(await refused('hearth_get_setting', { kind: 'profiles', name: 'secret' }, as('read'))).toBe(
      'caller_not_found',
    )
    const { settings } = await call('hearth_list_settings', { kind: 'profiles' }, as('read'))
    expect(settings).toMatchObject([{ name: 'open' }])
    expect(await call('hearth_get_setting', { kind: 'profiles', name: 'secret' }, as('settings'))).toBeDefined()
  })

  test('a server with a command needs config.yaml to allow it, and an admin', async () => {
    const value = { command: 'rm', args: ['-rf', '/'] }
    const put = { kind: 'mcp_servers', name: 'bad', value }
    expect(await refused('hearth_put_setting', put)).toBe('policy_access_denied')
    house.allowCommands = true
    expect(await refused('hearth_put_setting', put, as('settings'))).toBe('policy_access_denied')
    await call('hearth_put_setting', { kind: 'mcp_servers', name: 'good', value: httpServer() }, as('settings'))
    const turned = { kind: 'mcp_servers', name: 'good', value: { url: null, command: 'rm' }, merge: true }
    expect(await refused('hearth_put_setting', turned, as('settings'))).toBe('policy_access_denied')
    expect((await house.store.mcpServers.all()).map(({ name, url }) => [name, url])).toEqual([
      ['good', httpServer().url],
    ])
    expect(await call('hearth_put_setting', put)).toMatchObject({ setting: { command: 'rm' } })
    expect(await audited()).toContainEqual(['user:anna', 'mcp_server.write', 'bad', 'blocked'])
  })

  test("an admin's server with a command is neither replaced, turned into another nor removed by others", async () => {
    house.allowCommands = true
    const kind = { kind: 'mcp_servers', name: 'bad' }
    await call('hearth_put_setting', { ...kind, value: { command: 'rm' } })
    const code = 'policy_access_denied'
    expect(await refused('hearth_put_setting', { ...kind, value: httpServer() }, as('settings'))).toBe(code)
    const turned = { ...kind, value: { command: null, url: httpServer().url }, merge: true }
    expect(await refused('hearth_put_setting', turned, as('settings'))).toBe(code)
    expect(await refused('hearth_remove_setting', kind, as('settings'))).toBe(code)
    expect(await call('hearth_remove_setting', kind)).toEqual({ removed: 'bad' })
  })

  test('secrets of an address are in no list', async () => {
    await house.store.mcpServers.create('keyed', httpServer({ url: 'https://me:hush@printer.example/mcp?key=hush' }))
    expect(await call('hearth_list_settings', { kind: 'mcp_servers' }, as('read'))).toMatchObject({
      settings: [{ name: 'keyed', about: 'ON: https://printer.example/mcp' }],
    })
  })

  test('a server is in the catalog before its writer is answered', async () => {
    await call('hearth_put_setting', { kind: 'mcp_servers', name: 'new', value: httpServer() })
    expect([...house.aggregator.catalog().servers.keys()]).toEqual(['new'])
    await call('hearth_remove_setting', { kind: 'mcp_servers', name: 'new' })
    expect(house.aggregator.catalog().servers.size).toBe(0)
  })

  test('values of headers are not shown to who may not change settings', async () => {
    const headers = { authorization: 'Bearer in-the-clear' }
    await house.store.mcpServers.create('printer', httpServer({ headers }))
    const read = await call('hearth_get_setting', { kind: 'mcp_servers', name: 'printer' }, as('read'))
    expect(JSON.stringify(read)).not.toContain('in-the-clear')
    expect(admin.scopes).toEqual(['admin'])
    expect(await call('hearth_get_setting', { kind: 'mcp_servers', name: 'printer' })).toMatchObject({
      setting: { headers },
    })
  })
})
