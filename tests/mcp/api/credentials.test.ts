import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Principal } from '../../../services/common/contracts/principal.ts'
import { FakeIdentity } from '../../../services/common/testing/fake-identity.ts'
import { refuseExcess } from '../../../services/mcp/api/access.ts'
import {
  createdToken,
  pairedDevice,
  pairing,
  session,
  tokenPage,
} from '../../../services/mcp/api/schemas/credential-schema.ts'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'

describe('tokens, pairings and sessions of the API', () => {
  let api: ApiUnderTest
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const makeToken = async (json: object) =>
    createdToken.parse((await api.call('POST', '/api/v1/tokens', { json })).body)

  it('POST /tokens gives a secret once that works until it is revoked', async () => {
    const token = await makeToken({ name: 'kitchen', user: 'anna' })
    expect(token).toMatchObject({ name: 'kitchen', user: 'anna', role: 'member', expires_at: null })
    expect(await api.call('GET', '/api/v1/profiles', { token: token.secret })).toMatchObject({ status: 200 })
    const listed = await api.call('GET', '/api/v1/tokens')
    expect(tokenPage.parse(listed.body).data.map(({ id }) => id)).toContain(token.id)
    expect(JSON.stringify(listed.body)).not.toContain(token.secret)
    expect(await api.call('DELETE', `/api/v1/tokens/${token.id}`)).toMatchObject({ status: 204 })
    expect(await api.call('GET', '/api/v1/profiles', { token: token.secret })).toMatchObject({ status: 401 })
    expect(await api.call('DELETE', `/api/v1/tokens/${token.id}`)).toMatchObject({ status: 404 })
  })

  it('a secret is never to be cached', async () => {
    const answer = await api.call('POST', '/api/v1/tokens', { json: { name: 'x' } })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('a token ends when it says so', async () => {
    const { secret, expires_at } = await makeToken({ name: 'short', user: 'anna', expires_at: 1_800_000_060_000 })
    expect(expires_at).toBe(1_800_000_060_000)
    expect(await api.call('GET', '/api/v1/profiles', { token: secret })).toMatchObject({ status: 200 })
    api.advance(60_000)
    expect(await api.call('GET', '/api/v1/profiles', { token: secret })).toMatchObject({ status: 401 })
  })

  it('a token that would have ended already is not made', async () => {
    const answer = await api.call('POST', '/api/v1/tokens', { json: { name: 'late', expires_at: 1_799_999_999_999 } })
    expect(answer).toMatchObject({ status: 400, body: { code: 'caller_invalid_request', param: 'expires_at' } })
  })

  it('an unknown user is 404, a scope beyond the role 400', async () => {
    const post = (json: object) => api.call('POST', '/api/v1/tokens', { json })
    expect(await post({ name: 'x', user: 'nobody' })).toMatchObject({ status: 404, body: { param: 'user' } })
    expect(await post({ name: 'x', user: 'anna', scopes: ['admin'] })).toMatchObject({ status: 400 })
    expect(await post({ name: 'x', user: 'anna', role: 'admin' })).toMatchObject({ status: 400 })
    expect(await api.call('POST', '/api/v1/pairings', { json: { user: 'nobody' } })).toMatchObject({ status: 404 })
  })

  it('a token never gives more than its maker has', () => {
    const maker: Principal = { id: 'token:1', role: 'member', scopes: ['chat', 'read'], credentialId: '1' }
    const allowed = [
      { name: 'a', role: 'guest' },
      { name: 'a', scopes: ['chat'] },
      { name: 'a', user: 'anna' },
    ] as const
    for (const token of allowed) expect(() => refuseExcess(maker, token, 'member')).not.toThrow()
    const refused = [
      { name: 'a', role: 'admin' },
      { name: 'a', scopes: ['settings'] },
      { name: 'a', scopes: ['chat', 'admin'] },
    ] as const
    for (const token of refused)
      expect(() => refuseExcess(maker, token, 'member')).toThrow(
        expect.objectContaining({ code: 'policy_access_denied' }),
      )
    expect(() => refuseExcess(maker, { name: 'a', user: 'boss' }, 'admin')).toThrow('the role admin')
  })

  it('POST /tokens and /pairings hold to that, whoever the identity says the maker is', async () => {
    const maker: Principal = { id: 'token:1', role: 'member', scopes: ['admin'], credentialId: '1' }
    await using other = await startApi(new FakeIdentity({ odd: maker }))
    const post = (path: string, json: object) => other.call('POST', `/api/v1/${path}`, { token: 'odd', json })
    for (const [path, json] of [
      ['tokens', { name: 'x', role: 'admin' }],
      ['tokens', { name: 'x', user: 'admin' }],
      ['pairings', { user: 'admin' }],
    ] as const)
      expect(await post(path, json)).toMatchObject({ status: 403, body: { code: 'policy_access_denied' } })
    expect(await post('pairings', { user: 'anna' })).toMatchObject({ status: 201 })
  })

  it('a token made twice under one Idempotency-Key is one token, whose secret is kept ten minutes', async () => {
    const post = () =>
      api.call('POST', '/api/v1/tokens', { json: { name: 'once' }, headers: { 'idempotency-key': 'token-1' } })
    const first = createdToken.parse((await post()).body)
    expect((await post()).body).toEqual(first)
    api.advance(10 * 60_000)
    const late = await post()
    expect(late).toMatchObject({ status: 409 })
    expect(JSON.stringify(late.body)).not.toContain(first.secret)
  })

  it('a code pairs a device once, its secret opens sessions, revoking it ends them', async () => {
    const { code } = pairing.parse((await api.call('POST', '/api/v1/pairings', { json: { user: 'anna' } })).body)
    const redeem = () =>
      api.call('POST', '/api/v1/pairings/redeem', { token: null, json: { code, device_name: 'phone' } })
    const redeemed = await redeem()
    expect(redeemed.headers.get('cache-control')).toBe('no-store')
    const device = pairedDevice.parse(redeemed.body)
    expect(await redeem()).toMatchObject({ status: 401, body: { code: 'policy_unauthenticated' } })

    const opened = await api.call('POST', '/api/v1/sessions', { token: null, json: device })
    const { token, ttl_seconds } = session.parse(opened.body)
    expect(ttl_seconds).toBe(900)
    expect(await api.call('GET', '/api/v1/conversations', { token })).toMatchObject({ status: 200 })
    expect(await api.call('GET', '/api/v1/tokens', { token })).toMatchObject({ status: 403 })

    const wrong = { ...device, device_secret: 'wrong' }
    expect(await api.call('POST', '/api/v1/sessions', { token: null, json: wrong })).toMatchObject({ status: 401 })

    expect(await api.call('DELETE', `/api/v1/tokens/${device.device_id}`)).toMatchObject({ status: 204 })
    expect(await api.call('GET', '/api/v1/conversations', { token })).toMatchObject({ status: 401 })
    expect(await api.call('POST', '/api/v1/sessions', { token: null, json: device })).toMatchObject({ status: 401 })
  })
})
