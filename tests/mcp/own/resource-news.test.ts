import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Principal, Scope } from '../../../services/common/contracts/principal.ts'
import { personSpec, profileSpec } from '../store/open-test-store.ts'
import { admin, caller } from './call-own.ts'
import { catalogTool } from './fake-aggregator.ts'
import { httpServer, lamp, type OwnHouse, openOwnHouse } from './own-house.ts'

const anna = caller('anna')
const reader = (name: string): Principal => caller(name, ['read'])
const only = (...scopes: readonly Scope[]): Principal => caller('anna', scopes)
const guest: Principal = caller('gast', ['read'], 'guest')

let house: OwnHouse
let watching: Disposable
let updates: { readonly uri: string; readonly mayRead: (principal: Principal) => boolean }[]
let lists: ((principal: Principal) => boolean)[]

async function watch(): Promise<void> {
  updates = []
  lists = []
  watching = house.parts.resources.watch({
    updated: (uri, mayRead) => updates.push({ uri, mayRead }),
    list: (concerns) => lists.push(concerns),
  })
  await untilLooked()
  expect([updates, lists]).toEqual([[], []])
}

/** The same reads as those of a look, behind it: when they are done, it is. */
async function untilLooked(): Promise<void> {
  for (let time = 0; time < 2; time += 1) {
    await house.store.settings.snapshot(undefined, new AbortController().signal)
    await house.store.homeDevices.list({ limit: 200 })
    await house.store.mcpServers.all()
  }
}

beforeEach(async () => {
  house = await openOwnHouse()
  await house.store.profiles.create('assistant', profileSpec())
  await house.store.homeDevices.create('lamp', lamp())
  await watch()
})
afterEach(async () => {
  watching[Symbol.dispose]()
  await house[Symbol.asyncDispose]()
})

const told = (uri: string) => vi.waitFor(() => expect(updates.map((update) => update.uri)).toContain(uri))
const isToldTo = (uri: string, principal: Principal) =>
  updates.filter((update) => update.uri === uri).some(({ mayRead }) => mayRead(principal))
const listChangedFor = (principal: Principal) => lists.some((concerns) => concerns(principal))

describe('news of resources', () => {
  test('a changed setting is told to who may read it, and no other is told', async () => {
    await house.store.homeDevices.put('lamp', lamp({ risk: 'observe' }), undefined)
    await told('hearth://devices/lamp')
    expect(updates).toHaveLength(1)
    expect(isToldTo('hearth://devices/lamp', only('devices'))).toBe(true)
    expect(isToldTo('hearth://devices/lamp', only('chat', 'tools'))).toBe(false)
    expect(isToldTo('hearth://devices/lamp', guest)).toBe(false)
  })

  test('what is made or removed changes the list of who may see it', async () => {
    await house.store.profiles.create('secret', { ...profileSpec(), access: { roles: ['admin'], users: [] } })
    await told('hearth://profiles/secret')
    expect([listChangedFor(admin), listChangedFor(only('settings')), listChangedFor(reader('anna'))]).toEqual([
      true,
      true,
      false,
    ])
    await house.store.homeDevices.remove('lamp', undefined)
    await told('hearth://devices/lamp')
    expect(listChangedFor(only('devices'))).toBe(true)
  })

  test('a grant to a user changes the list of that user only', async () => {
    await house.store.profiles.create('secret', { ...profileSpec(), access: { roles: ['admin'], users: [] } })
    await told('hearth://profiles/secret')
    lists = []
    await house.store.users.create('anna', { ...personSpec(), profiles: ['secret'] })
    await vi.waitFor(() => expect(listChangedFor(reader('anna'))).toBe(true))
    expect(listChangedFor(reader('bea'))).toBe(false)
  })

  test('a server is told of when it is switched, and when its tools change', async () => {
    await house.store.mcpServers.create('printer', httpServer())
    await told('hearth://servers/printer')
    updates = []
    await house.store.mcpServers.toggle('printer', false, undefined)
    await told('hearth://servers/printer')
    expect([listChangedFor(reader('anna')), listChangedFor(guest)]).toEqual([true, false])
    expect(isToldTo('hearth://servers/printer', guest)).toBe(false)
    updates = []
    house.aggregator.setTools(catalogTool({ name: 'print' }, { server: 'printer', revision: 7 }))
    expect(updates.map(({ uri }) => uri)).toEqual(['hearth://servers/printer'])
    house.aggregator.setTools(catalogTool({ name: 'print' }, { server: 'printer', revision: 7 }))
    expect(updates).toHaveLength(1)
    house.aggregator.setTools()
    expect(updates).toHaveLength(2)
    expect(isToldTo('hearth://servers/printer', only('read'))).toBe(true)
    expect(isToldTo('hearth://servers/printer', only('chat'))).toBe(false)
    expect(isToldTo('hearth://servers/printer', guest)).toBe(false)
  })

  test('a conversation is told of to its owner only', async () => {
    const { id } = await house.store.conversations.create(anna, 'mine')
    await vi.waitFor(() => expect(listChangedFor(anna)).toBe(true))
    expect([listChangedFor(admin), listChangedFor(only('read'))]).toEqual([false, false])
    await house.store.conversations.update(anna, id, { title: 'ours' }, undefined)
    const uri = `hearth://conversations/${id}`
    await told(uri)
    expect([isToldTo(uri, anna), isToldTo(uri, admin), isToldTo(uri, only('read'))]).toEqual([true, false, false])
  })

  test('many changes at once are all told, in few looks', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `lamp-${index}`)
    await Promise.all(names.map((name) => house.store.homeDevices.create(name, lamp())))
    await vi.waitFor(() => {
      for (const name of names) expect(updates.map(({ uri }) => uri)).toContain(`hearth://devices/${name}`)
    })
    expect(updates).toHaveLength(40)
  })

  test('nothing is told after the end', async () => {
    watching[Symbol.dispose]()
    await house.store.homeDevices.remove('lamp', undefined)
    await house.store.conversations.create(anna, 'mine')
    house.aggregator.setTools(catalogTool({ name: 'print' }))
    await untilLooked()
    expect([updates, lists]).toEqual([[], []])
  })
})
