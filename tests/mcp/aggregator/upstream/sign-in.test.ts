import { expect, test } from 'vitest'
import { callOf, type House, serverOf, startPool, textOf } from './pool-house.ts'
import { listenProtected } from './protected-server.ts'

const never = new AbortController().signal
const redirectUrl = 'http://127.0.0.1:8080/mcp/sign-in'

/** What a person does with a browser: opens the address and comes back with what stands in the redirect. */
async function signIn({ pool }: House, name: string) {
  const address = new URL(await pool.authorize(name, never))
  const answer = await fetch(address, { redirect: 'manual' })
  const back = new URL(answer.headers.get('location') ?? '').searchParams
  return {
    address,
    answer: { state: back.get('state') ?? '', code: back.get('code') ?? '', iss: back.get('iss') ?? '' },
  }
}

test('a person signs in once, with PKCE; the token is refreshed, kept over restarts, and is for this address only', async () => {
  const server = await listenProtected()
  const box = new Map<string, string>()
  const spec = { url: server.url, headers: { 'X-House-Secret': 'own' } }
  const house = startPool([serverOf('web', spec)], { box })
  await expect(house.get('web').list(never)).rejects.toMatchObject({ code: 'tool_unavailable' })
  expect(house.get('web').status().state).toBe('unauthorized')
  expect(server.registrations).toEqual([])

  const { address, answer } = await signIn(house, 'web')
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    redirect_uri: redirectUrl,
    code_challenge_method: 'S256',
    scope: 'tools:call',
    resource: server.url,
  })
  expect(await house.pool.finishAuthorization(answer)).toBe('web')
  expect(await textOf(house.get('web'), callOf('echo', { text: 'in' }))).toBe('in')
  await expect(house.pool.finishAuthorization(answer)).rejects.toMatchObject({ code: 'caller_invalid_request' })
  expect(server.seenByAuthorization.some((headers) => 'x-house-secret' in headers)).toBe(false)

  server.expire()
  expect(await textOf(house.get('web'), callOf('echo', { text: 'still in' }))).toBe('still in')
  expect(server.tokenRequests.map((request) => request.get('grant_type'))).toEqual([
    'authorization_code',
    'refresh_token',
  ])

  const again = startPool([serverOf('web', spec)], { box })
  expect(await textOf(again.get('web'), callOf('echo', { text: 'after' }))).toBe('after')
  expect(box.size).toBe(1)
  const other = await listenProtected()
  const moved = startPool([serverOf('web', { ...spec, url: other.url })], { box })
  await expect(moved.get('web').list(never)).rejects.toMatchObject({ code: 'tool_unavailable' })
  expect(other.headers.every(({ authorization }) => authorization === undefined)).toBe(true)
  expect(box.size).toBe(0)
})

test('a sign-in that was not begun, is too old, or comes from another issuer is refused', async () => {
  const server = await listenProtected()
  let now = Date.now()
  const house = startPool([serverOf('web', { url: server.url })], { box: new Map(), clock: () => now })
  const unknown = house.pool.finishAuthorization({ state: 'x', code: 'y' })
  await expect(unknown).rejects.toMatchObject({ code: 'caller_invalid_request' })
  const first = await signIn(house, 'web')
  const mixed = house.pool.finishAuthorization({ ...first.answer, iss: 'http://evil.example' })
  await expect(mixed).rejects.toMatchObject({ code: 'tool_unavailable' })
  expect(server.tokenRequests).toEqual([])
  const second = await signIn(house, 'web')
  now += 11 * 60 * 1000
  await expect(house.pool.finishAuthorization(second.answer)).rejects.toMatchObject({ code: 'caller_invalid_request' })
  await expect(house.pool.authorize('none', never)).rejects.toMatchObject({ code: 'caller_not_found' })
})

test('the house signs in itself with client credentials', async () => {
  const server = await listenProtected()
  const oauth = { grant: 'client_credentials', client_id: 'house', client_secret: '${SECRET}' }
  const house = startPool([serverOf('web', { url: server.url, oauth })], { variables: { SECRET: 's3' } })
  expect(await textOf(house.get('web'), callOf('echo', { text: 'in' }))).toBe('in')
  const basic = `Basic ${Buffer.from('house:s3').toString('base64')}`
  expect(server.seenByAuthorization.map(({ authorization }) => authorization)).toContain(basic)
  await expect(house.pool.authorize('web', never)).rejects.toMatchObject({ code: 'caller_unsupported_feature' })
})
