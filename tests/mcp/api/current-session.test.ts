import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createdToken,
  currentSession,
  pairedDevice,
  pairing,
  session,
} from '../../../services/mcp/api/schemas/credential-schema.ts'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'

const path = '/api/v1/sessions/current'

describe('the current session', () => {
  let api: ApiUnderTest
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const who = async (token: string) => currentSession.parse((await api.call('GET', path, { token })).body)
  const status = async (token: string) => (await api.call('GET', path, { token })).status

  const pair = async (name: string) => {
    const { code } = pairing.parse((await api.call('POST', '/api/v1/pairings', { json: { user: 'anna' } })).body)
    const json = { code, device_name: name }
    const redeemed = await api.call('POST', '/api/v1/pairings/redeem', { token: null, json })
    return pairedDevice.parse(redeemed.body)
  }
  const open = async (device: object) =>
    session.parse((await api.call('POST', '/api/v1/sessions', { token: null, json: device })).body).token

  it('says who asks: a paired device with its name and the end of its session', async () => {
    const device = await pair('kitchen tablet')
    expect(await who(await open(device))).toEqual({
      user: 'anna',
      role: 'member',
      scopes: ['chat', 'read', 'devices', 'tools'],
      expires_at: 1_800_000_000_000 + 900_000,
      device: { id: device.device_id, name: 'kitchen tablet' },
    })
  })

  it('says who asks: an API token, with or without a user, whatever its scopes', async () => {
    expect(await who(await api.tokenOf({ user: 'anna', scopes: ['read'] }))).toEqual({
      ...{ user: 'anna', role: 'member', scopes: ['read'], expires_at: null, device: null },
    })
    expect(await who(await api.tokenOf({ role: 'guest' }))).toMatchObject({ user: null, role: 'guest', device: null })
  })

  it('ends with DELETE: the device with all its sessions and its secret, and no other device', async () => {
    const device = await pair('phone')
    const other = await open(await pair('laptop'))
    const [one, two] = [await open(device), await open(device)]
    expect(await status(two)).toBe(200)
    expect(await api.call('DELETE', path, { token: one })).toMatchObject({ status: 204 })
    expect([await status(one), await status(two), await status(other)]).toEqual([401, 401, 200])
    expect(await api.call('POST', '/api/v1/sessions', { token: null, json: device })).toMatchObject({ status: 401 })
    const { credentials = [] } = (await api.store.settings.snapshot(undefined, new AbortController().signal)) ?? {}
    expect(credentials.map(({ id }) => id)).not.toContain(device.device_id)
    expect(await api.call('DELETE', path, { token: one })).toMatchObject({ status: 401 })
  })

  it('an API token revokes itself, with any scope', async () => {
    const made = await api.call('POST', '/api/v1/tokens', { json: { name: 'script', user: 'anna', scopes: ['read'] } })
    const { secret } = createdToken.parse(made.body)
    expect(await api.call('DELETE', path, { token: secret })).toMatchObject({ status: 204 })
    expect(await status(secret)).toBe(401)
  })

  it('the admin token of the installation stays, and the answer says how to end it', async () => {
    const answer = await api.call('DELETE', path)
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'caller_conflict', detail: expect.stringMatching(/HEARTH_ADMIN_TOKEN.*admin-token.*restart/) },
    })
    expect(await status(api.adminToken)).toBe(200)
  })
})
