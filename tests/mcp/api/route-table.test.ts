import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceSpec } from '../../../services/common/contracts/device.ts'
import { mcpServerSpec } from '../../../services/common/contracts/mcp-server.ts'
import type { ModelProfile } from '../../../services/common/contracts/model-profile.ts'
import { type Scope, scopes } from '../../../services/common/contracts/principal.ts'
import type { Route } from '../../../services/mcp/api/route.ts'
import { apiPrefix, apiRoutes } from '../../../services/mcp/api/route-table.ts'
import { signInPath } from '../../../services/mcp/api/routes/sign-ins.ts'
import { personSpec, principal, profileSpec } from '../store/open-test-store.ts'
import { type ApiUnderTest, type RequestOptions, startApi } from './support/api-under-test.ts'
import { toolRecord } from './support/tool-record.ts'

const routes = apiRoutes()
const named = routes.map((route) => [`${route.method} ${route.path}`, route] as const)
const guarded = named.filter(([, { access }]) => access.type !== 'public')
const scoped = named.filter(([, { access }]) => access.type === 'scopes')
const withBody = named.filter(([, { body }]) => body !== undefined)

describe('every route of the API', () => {
  let api: ApiUnderTest
  let made: ModelProfile
  /** An object of each kind that a path may name. */
  let existing: Readonly<Record<string, string>>

  beforeAll(async () => {
    api = await startApi()
    made = await api.store.profiles.create('mine', profileSpec())
    await api.store.users.create('someone', personSpec())
    const conversation = await api.store.conversations.create(principal('admin'), 'A title')
    await api.store.homeDevices.create('lamp', deviceSpec.parse({ adapter: 'demo', address: 'lamp' }))
    await api.store.mcpServers.create('printer', mcpServerSpec.parse({ url: 'http://127.0.0.1:9/mcp' }))
    await api.store.catalog.save({ server: 'printer', tools: [toolRecord('printer', 'print')], listing: undefined })
    await api.aggregator.sync()
    existing = {
      profiles: 'mine',
      users: 'someone',
      devices: 'lamp',
      'mcp/servers': 'printer',
      'mcp/tools': 'print',
      conversations: conversation.id,
    }
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const pathOf = (route: Route): string => {
    const collection = /^\/(mcp\/)?\w+/.exec(route.path)?.[0].slice(1) ?? ''
    return apiPrefix + route.path.replace(/\{\w+\}/, existing[collection] ?? 'nothing')
  }
  const send = (route: Route, options: RequestOptions, query = '') =>
    api.call(route.method, `${pathOf(route)}${query}`, {
      ...(route.body === undefined || options.raw !== undefined ? {} : { json: {} }),
      ...options,
    })

  it('is one of those the protocol names', () => {
    expect(new Set(routes.map(({ path }) => path.split('/')[1] ?? ''))).toEqual(
      new Set([
        'profiles',
        'users',
        'devices',
        'mcp',
        'audit',
        'tokens',
        'pairings',
        'sessions',
        'conversations',
        'messages',
        'blobs',
        'changes',
        'snapshot',
        'openapi.json',
        '',
      ]),
    )
    expect(new Set(routes.map(({ operation }) => operation)).size).toBe(routes.length)
  })

  it('needs a token, but for four', () => {
    const open = routes.filter(({ access }) => access.type === 'public').map(({ path }) => path)
    expect(open).toEqual(['/mcp/sign-in', '/pairings/redeem', '/sessions', '/'])
  })

  it.each(guarded)('%s without a token is 401', async (_name, route) => {
    const answer = await send(route, { token: null })
    expect(answer).toMatchObject({ status: 401, body: { code: 'policy_unauthenticated' } })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  it.each(guarded)(
    '%s with a wrong token is 401, also with the cluster token or one in the URL',
    async (_name, route) => {
      for (const token of ['wrong', 'cluster-token-of-the-tests']) {
        expect(await send(route, { token })).toMatchObject({ status: 401 })
      }
      expect(await send(route, { token: null }, `?access_token=${api.adminToken}`)).toMatchObject({ status: 401 })
    },
  )

  it.each(scoped)('%s with every scope but its own is 403', async (_name, route) => {
    const own: readonly Scope[] = route.access.type === 'scopes' ? route.access.anyOf : []
    const others = scopes.filter((scope) => scope !== 'admin' && !own.includes(scope))
    const token = await api.tokenOf({ user: 'admin', scopes: others })
    expect(await send(route, { token })).toMatchObject({ status: 403, body: { code: 'policy_access_denied' } })
  })

  it.each(withBody)('%s with an unknown field is 400 and names it', async (_name, route) => {
    const answer = await send(route, { json: { unknown_field: 1 } })
    expect(answer).toMatchObject({ status: 400, body: { code: 'caller_invalid_request', param: 'unknown_field' } })
  })

  // Authorization servers add words of their own.
  const strict = named.filter(([, { path }]) => path !== signInPath)

  it.each(strict)('%s with an unknown query parameter is 400 and names it', async (_name, route) => {
    const answer = await send(route, {}, '?unknown_field=1')
    expect(answer).toMatchObject({ status: 400, body: { code: 'caller_invalid_request', param: 'unknown_field' } })
  })

  it.each(withBody)('%s with an array, null or nothing for a body is 400', async (_name, route) => {
    for (const raw of ['[]', 'null', '""', '']) {
      const answer = await send(route, { raw, headers: { 'content-type': 'application/json' } })
      expect(answer).toMatchObject({ status: 400, body: { code: 'caller_invalid_request' } })
    }
  })

  it.each(withBody)('%s with a __proto__ key is 400 and names it', async (_name, route) => {
    const raw = '{"limits":{"__proto__":{"role":"admin"}}}'
    const answer = await send(route, { raw, headers: { 'content-type': 'application/json' } })
    expect(answer).toMatchObject({ status: 400, body: { param: 'limits.__proto__' } })
  })

  it.each(withBody)('%s with another media type is 415', async (_name, route) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
      const answer = await send(route, { raw: '{}', headers: { 'content-type': type } })
      expect(answer).toMatchObject({ status: 415, body: { code: 'caller_invalid_request' } })
    }
  })

  it('leaves everything as it was when refused', async () => {
    expect((await api.store.profiles.get('mine'))?.revision).toBe(made.revision)
    expect(await api.store.users.get('someone')).toMatchObject({ role: 'member' })
    expect((await api.store.profiles.list({ limit: 200 })).items.map(({ name }) => name)).toEqual(['declared', 'mine'])
  })
})
