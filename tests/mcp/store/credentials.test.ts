import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { LastUsed } from '../../../services/mcp/store/last-used.ts'
import { newRow } from '../../../services/mcp/store/token-store.ts'
import { openTestDatabase } from './open-test-database.ts'
import { declared, never, openTestStore, personSpec, silent, type TestStore } from './open-test-store.ts'

const MINUTE = 60_000
const refused = { code: 'policy_unauthenticated' }

async function pairedDevice({ store }: TestStore) {
  await store.users.create('anna', personSpec())
  const { code } = await store.devices.openPairing('anna')
  return await store.devices.redeem(code, 'phone')
}

describe('tokens', () => {
  it('a start gives the admin the role back that was taken from them', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.tokens.ensureAdmin('first-admin-secret')
    await store.users.put('admin', { ...personSpec('guest'), locale: 'de' }, undefined)
    await store.tokens.ensureAdmin('first-admin-secret')
    expect(await store.users.get('admin')).toMatchObject({ role: 'admin', locale: 'de', origin: 'api' })
  })

  it('the admin token makes the user admin, is the same at every start and replaces its predecessor', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.tokens.ensureAdmin('first-admin-secret')
    const { revision } = await store.version()
    await store.tokens.ensureAdmin('first-admin-secret')
    expect(await store.version()).toMatchObject({ revision })
    const admin = await store.identity.authenticate('first-admin-secret', never)
    expect(admin).toMatchObject({ id: 'user:admin', role: 'admin' })
    expect(admin.scopes).toContain('settings')
    await store.tokens.ensureAdmin('second-admin-secret')
    await expect(store.identity.authenticate('first-admin-secret', never)).rejects.toMatchObject(refused)
    const next = await store.identity.authenticate('second-admin-secret', never)
    expect(next.credentialId).not.toBe(admin.credentialId)
    await store.tokens.ensureAdmin('first-admin-secret')
    expect(await store.identity.authenticate('first-admin-secret', never)).toMatchObject({ id: 'user:admin' })
    expect((await store.tokens.list({ limit: 10 })).items).toHaveLength(1)
  })

  it('no secret is in the database or in what lists and snapshots show', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const device = await pairedDevice(opened)
    const { secret } = await store.tokens.create({ name: 'script', user: 'anna' })
    const session = await store.devices.openSession(device.device_id, device.device_secret)
    const shown = JSON.stringify([
      await store.tokens.list({ limit: 10 }),
      await store.settings.snapshot(undefined, never),
      await store.changes({ limit: 100 }),
      opened.logged,
    ])
    await store.stop(never)
    const file = (await readFile(opened.path)).toString('latin1')
    for (const hidden of [secret, device.device_secret, session.token]) {
      expect(shown).not.toContain(hidden)
      expect(file).not.toContain(hidden)
    }
  })

  it('a token never exceeds the role its user has now', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.users.create('anna', personSpec('admin'))
    const { secret } = await store.tokens.create({ name: 'script', user: 'anna' })
    const narrow = await store.tokens.create({ name: 'narrow', user: 'anna', scopes: ['settings', 'read'] })
    expect((await store.identity.authenticate(secret, never)).scopes).toContain('settings')
    await store.users.put('anna', personSpec('guest'), undefined)
    expect(await store.identity.authenticate(secret, never)).toMatchObject({ role: 'guest', scopes: ['chat', 'read'] })
    expect(await store.identity.authenticate(narrow.secret, never)).toMatchObject({ role: 'guest', scopes: ['read'] })
    const snapshot = await store.settings.snapshot(undefined, never)
    expect(snapshot?.credentials.map((credential) => credential.role)).toEqual(['guest', 'guest'])
  })

  it('more than the user may have cannot be asked for', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.users.create('anna', personSpec('member'))
    const asked = [
      { name: 'x', user: 'anna', role: 'admin' },
      { name: 'x', user: 'anna', scopes: ['settings'] },
      { name: 'x', role: 'guest', scopes: ['devices'] },
    ] as const
    for (const token of asked)
      await expect(store.tokens.create(token)).rejects.toMatchObject({ code: 'caller_invalid_request' })
    await expect(store.tokens.create({ name: 'x', user: 'nobody' })).rejects.toMatchObject({ code: 'caller_not_found' })
  })

  it('a removed user takes the credentials along, and a new one of the same name does not get them back', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const device = await pairedDevice(opened)
    const session = await store.devices.openSession(device.device_id, device.device_secret)
    const { secret } = await store.tokens.create({ name: 'script', user: 'anna' })
    await store.users.remove('anna', undefined)
    await store.users.create('anna', personSpec())
    await expect(store.identity.authenticate(secret, never)).rejects.toMatchObject(refused)
    await expect(store.identity.authenticate(session.token, never)).rejects.toMatchObject(refused)
    await expect(store.devices.openSession(device.device_id, device.device_secret)).rejects.toMatchObject(refused)
    expect((await store.settings.snapshot(undefined, never))?.credentials).toEqual([])
  })

  it('credentials of a declared user sleep while the user is not declared', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const withAnna = declared('v', { users: { anna: personSpec() } })
    await store.declare(withAnna)
    const { secret } = await store.tokens.create({ name: 'script', user: 'anna' })
    await store.declare(declared('v'))
    await expect(store.identity.authenticate(secret, never)).rejects.toMatchObject(refused)
    expect((await store.settings.snapshot(undefined, never))?.credentials).toEqual([])
    await store.declare(withAnna)
    expect(await store.identity.authenticate(secret, never)).toMatchObject({ user: 'anna' })
  })

  it('revoking ends the token and its sessions, bumps the revision, and cannot be done twice', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const device = await pairedDevice(opened)
    const session = await store.devices.openSession(device.device_id, device.device_secret)
    const { revision } = await store.version()
    await store.tokens.revoke(device.device_id)
    expect(await store.version()).toMatchObject({ revision: revision + 1 })
    await expect(store.identity.authenticate(session.token, never)).rejects.toMatchObject(refused)
    expect((await store.settings.snapshot(undefined, never))?.credentials).toEqual([])
    await expect(store.tokens.revoke(device.device_id)).rejects.toMatchObject({ code: 'caller_not_found' })
  })

  it('the last use is stored a moment later, not while the caller waits', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const { secret } = await store.tokens.create({ name: 'script' })
    const lastUsed = async () => (await store.tokens.list({ limit: 1 })).items[0]?.last_used_at
    await store.identity.authenticate(secret, never)
    expect(await lastUsed()).toBeNull()
    await expect.poll(lastUsed, { timeout: 10_000 }).toBe(1_800_000_000_000)
  })

  it('the last use is stored at most once a minute', async () => {
    await using opened = await openTestDatabase()
    const { database } = opened
    const now = 1_800_000_000_000
    const row = newRow({ id: 'tok_1', kind: 'api', name: 'script', secret: 'x', at: 0 })
    await database.insertInto('api_tokens').values(row).execute()
    const lastUsed = new LastUsed({ database, clock: () => now, log: silent })
    const stored = async () =>
      (await database.selectFrom('api_tokens').select('last_used_at').execute())[0]?.last_used_at
    lastUsed.note('tok_1', now - MINUTE + 1)
    await lastUsed.flush()
    expect(await stored()).toBeNull()
    lastUsed.note('tok_1', now - MINUTE)
    await lastUsed.flush()
    expect(await stored()).toBe(now)
  })
})

describe('pairing', () => {
  it('a code is 8 unambiguous characters, good once, however it is typed', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.users.create('anna', personSpec())
    const { code, expires_at } = await store.devices.openPairing('anna')
    expect(code).toMatch(/^[A-HJKMNP-Z2-9]{8}$/)
    expect(expires_at).toBe(1_800_000_000_000 + 10 * MINUTE)
    const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `
    const device = await store.devices.redeem(typed, 'phone')
    await expect(store.devices.redeem(code, 'thief')).rejects.toMatchObject(refused)
    const snapshot = await store.settings.snapshot(undefined, never)
    expect(snapshot?.credentials).toMatchObject([{ id: device.device_id, user: 'anna', role: 'member' }])
  })

  it('of many who redeem a code at once exactly one gets a device', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.users.create('anna', personSpec())
    const { code } = await store.devices.openPairing('anna')
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => store.devices.redeem(code, 'phone')))
    expect(tries.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
  })

  it('a code ends after ten minutes', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.users.create('anna', personSpec())
    const { code } = await store.devices.openPairing('anna')
    opened.advance(10 * MINUTE)
    await expect(store.devices.redeem(code, 'phone')).rejects.toMatchObject(refused)
  })

  it('after ten wrong tries within a minute even the right code waits, also when all come at once', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.users.create('anna', personSpec())
    const { code } = await store.devices.openPairing('anna')
    const tries = await Promise.allSettled(Array.from({ length: 50 }, () => store.devices.redeem('WRONGXYZ', 'thief')))
    const codes = tries.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'let in'))
    expect(codes.filter((one) => one === 'policy_unauthenticated')).toHaveLength(10)
    expect(codes.filter((one) => one === 'policy_rate_limited')).toHaveLength(40)
    await expect(store.devices.redeem(code, 'phone')).rejects.toMatchObject({
      code: 'policy_rate_limited',
      details: { retryAfterMs: MINUTE },
    })
    opened.advance(MINUTE)
    expect(await store.devices.redeem(code, 'phone')).toMatchObject({ device_id: expect.any(String) })
  })

  it('a session carries its device, lasts 15 minutes, and bumps no revision', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const device = await pairedDevice(opened)
    const before = await store.version()
    const { token, ttl_seconds } = await store.devices.openSession(device.device_id, device.device_secret)
    expect(await store.version()).toEqual(before)
    expect(ttl_seconds).toBe(900)
    expect(await store.identity.authenticate(token, never)).toMatchObject({
      id: 'user:anna',
      credentialId: device.device_id,
      expiresAt: 1_800_000_000_000 + 900_000,
    })
    opened.advance(899_999)
    await store.identity.authenticate(token, never)
    opened.advance(1)
    await expect(store.identity.authenticate(token, never)).rejects.toMatchObject(refused)
  })

  it('a device secret opens sessions and is no bearer token itself', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const device = await pairedDevice(opened)
    await expect(store.identity.authenticate(device.device_secret, never)).rejects.toMatchObject(refused)
    await expect(store.devices.openSession(device.device_id, 'wrong')).rejects.toMatchObject(refused)
    await expect(store.devices.openSession('dev_wrong', device.device_secret)).rejects.toMatchObject(refused)
  })

  it('a code cannot be made for nobody', async () => {
    await using opened = await openTestStore()
    await expect(opened.store.devices.openPairing('nobody')).rejects.toMatchObject({ code: 'caller_not_found' })
  })
})
