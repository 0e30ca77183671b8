import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Principal, Scope } from '../../../services/common/contracts/principal.ts'
import { personSpec, profileSpec } from '../store/open-test-store.ts'
import { admin, caller } from './call-own.ts'
import { httpServer, lamp, type OwnHouse, openOwnHouse } from './own-house.ts'

const anna = caller('anna')
const guest: Principal = caller('gast', ['chat', 'read'], 'guest')
const only = (...scopes: readonly Scope[]): Principal => caller('anna', scopes)
const { signal } = new AbortController()

let house: OwnHouse
beforeEach(async () => {
  house = await openOwnHouse()
  const { store } = house
  await store.profiles.create('assistant', { ...profileSpec(), description: 'For everything' })
  await store.profiles.create('secret', { ...profileSpec(), access: { roles: ['admin'], users: [] } })
  await store.homeDevices.create('lamp', lamp({ exposure: { guests: ['state'] } }))
  await store.homeDevices.create('safe', lamp({ area: null, aliases: [] }))
  await store.mcpServers.create('printer', httpServer({ headers: { authorization: 'Bearer in-the-clear' } }))
  await house.aggregator.sync()
})
afterEach(() => house[Symbol.asyncDispose]())

const uris = async (principal: Principal) => (await house.parts.resources.list(principal)).map(({ uri }) => uri)

async function read(uri: string, principal: Principal): Promise<unknown> {
  const result = await house.parts.resources.read(uri, principal, signal)
  const [content] = result?.contents ?? []
  if (content === undefined) return undefined
  expect(content).toMatchObject({ uri, mimeType: 'application/json' })
  return 'text' in content ? JSON.parse(content.text) : undefined
}

describe('resources of the house', () => {
  test('are listed with title and description, settings first', async () => {
    const { id } = await house.store.conversations.create(anna, 'About the boiler')
    const listed = await house.parts.resources.list(admin)
    expect(listed.map(({ uri }) => uri)).toEqual([
      'hearth://profiles/assistant',
      'hearth://profiles/secret',
      'hearth://devices/lamp',
      'hearth://devices/safe',
      'hearth://servers/printer',
    ])
    expect(listed[0]).toEqual({
      uri: 'hearth://profiles/assistant',
      name: 'assistant',
      title: 'Model profile assistant',
      description: 'For everything',
      mimeType: 'application/json',
    })
    expect((await house.parts.resources.list(anna)).at(-1)).toMatchObject({
      uri: `hearth://conversations/${id}`,
      title: 'About the boiler',
      annotations: { lastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
    })
  })

  test('are listed and read with the rights of REST only', async () => {
    const { id } = await house.store.conversations.create(anna, 'mine')
    const conversation = `hearth://conversations/${id}`
    expect(await uris(only('chat'))).toEqual([conversation])
    expect(await uris(only('devices'))).toEqual(['hearth://devices/lamp', 'hearth://devices/safe'])
    expect(await uris(only('read'))).not.toContain('hearth://profiles/secret')
    expect(await uris(guest)).toEqual(['hearth://devices/lamp'])
    expect(await read(conversation, anna)).toMatchObject({ id, title: 'mine', messages: [], next_uri: null })
    for (const principal of [admin, caller('bea'), only('read')]) {
      expect(await read(conversation, principal)).toBeUndefined()
    }
    expect(await read('hearth://profiles/secret', only('read'))).toBeUndefined()
    expect(await read('hearth://profiles/secret', only('settings'))).toMatchObject({ name: 'secret' })
    expect(await read('hearth://devices/safe', guest)).toBeUndefined()
    expect(await read('hearth://devices/safe', anna)).toMatchObject({ adapter: 'demo', revision: expect.any(Number) })
    expect(await read('hearth://servers/printer', only('chat'))).toBeUndefined()
    expect(await read('hearth://servers/printer', guest)).toBeUndefined()
    expect(JSON.stringify(await read('hearth://servers/printer', only('read')))).not.toContain('in-the-clear')
    expect(JSON.stringify(await read('hearth://servers/printer', admin))).toContain('in-the-clear')
    expect(await read('hearth://profiles/none', admin)).toBeUndefined()
    expect(await read('hearth://users/anna', admin)).toBeUndefined()
  })

  test('a long conversation is read page by page', async () => {
    const texts = Array.from({ length: 250 }, (_, index) => `message ${index}`)
    const input = texts.map((text) => ({ role: 'user', parts: [{ type: 'text', text }] }) as const)
    const run = { runId: 'r1', owner: anna.id, title: 'long', input }
    const { conversation } = await house.store.history.open(run, signal)
    const seen: string[] = []
    let uri: string | null = `hearth://conversations/${conversation}`
    while (uri !== null) {
      const page: { messages: { parts: { text: string }[] }[]; next_uri: string | null } = Object(await read(uri, anna))
      seen.push(...page.messages.map(({ parts }) => parts[0]?.text ?? ''))
      uri = page.next_uri
    }
    expect(seen).toEqual(texts)
  })

  test('variables of templates are completed, the best first, within the rights', async () => {
    const { complete, templates } = house.parts.resources
    expect(templates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'hearth://profiles/{name}',
      'hearth://devices/{name}',
      'hearth://servers/{name}',
      'hearth://conversations/{id}',
    ])
    expect(await complete('hearth://profiles/{name}', 'name', 's', admin)).toEqual(['secret', 'assistant'])
    expect(await complete('hearth://profiles/{name}', 'name', 's', only('read'))).toEqual(['assistant'])
    expect(await complete('hearth://devices/{name}', 'name', 'SINK', admin)).toEqual(['lamp'])
    expect(await complete('hearth://devices/{name}', 'name', '', only('chat'))).toEqual([])
    expect(await complete('hearth://devices/{name}', 'other', '', admin)).toEqual([])
    expect(await complete('hearth://users/{name}', 'name', '', admin)).toEqual([])
    const { id } = await house.store.conversations.create(anna, 'About the boiler')
    expect(await complete('hearth://conversations/{id}', 'id', 'boil', anna)).toEqual([id])
    expect(await complete('hearth://conversations/{id}', 'id', id.slice(0, 6), anna)).toEqual([id])
    expect(await complete('hearth://conversations/{id}', 'id', '', admin)).toEqual([])
  })

  test('at most a hundred values are proposed', async () => {
    for (let index = 0; index < 110; index += 1) await house.store.conversations.create(anna, `talk ${index}`)
    expect(await house.parts.resources.complete('hearth://conversations/{id}', 'id', 'talk', anna)).toHaveLength(100)
  })

  test('a user whose grant shows a profile reads it', async () => {
    await house.store.users.create('anna', { ...personSpec(), profiles: ['secret'] })
    expect(await uris(only('read'))).toContain('hearth://profiles/secret')
  })
})
