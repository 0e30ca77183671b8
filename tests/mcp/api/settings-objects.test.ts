import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { profilePage, profileView } from '../../../services/mcp/api/schemas/profile-schema.ts'
import { userPage, userView } from '../../../services/mcp/api/schemas/user-schema.ts'
import { personSpec, profileSpec } from '../store/open-test-store.ts'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'

const profiles = '/api/v1/profiles'
const target = { adapter: 'demo', connection: 'default', model: 'demo' }

describe('profiles and users of the API', () => {
  let api: ApiUnderTest
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const make = (name: string, more: object = {}) =>
    api.call('POST', profiles, { json: { name, targets: [target], ...more } })

  it('POST makes a profile: 201, Location, ETag, defaults filled in', async () => {
    const answer = await make('made', { timeouts: { idle_ms: 2000 }, limits: { max_parallel: 3 } })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('location')).toBe('/api/v1/profiles/made')
    const profile = profileView.parse(answer.body)
    expect(answer.headers.get('etag')).toBe(`"${profile.revision}"`)
    expect(profile).toMatchObject({ name: 'made', origin: 'api' })
    expect(profile.timeouts).toEqual({ headers_ms: 5000, first_token_ms: 15_000, idle_ms: 2000, total_ms: 300_000 })
    expect(profile.limits).toMatchObject({ max_parallel: 3, requests_per_minute: null })
    expect((await api.call('GET', `${profiles}/made`)).body).toEqual(answer.body)
  })

  it('POST of a name that exists is 409', async () => {
    await make('twice')
    expect(await make('twice')).toMatchObject({ status: 409, body: { code: 'caller_conflict' } })
  })

  it('a declared profile is read-only: 409 with its origin, naming config.yaml', async () => {
    const body = { targets: [target] }
    for (const [method, path, json] of [
      ['POST', profiles, { ...body, name: 'declared' }],
      ['PUT', `${profiles}/declared`, body],
      ['PATCH', `${profiles}/declared`, { description: 'mine now' }],
      ['DELETE', `${profiles}/declared`, undefined],
    ] as const) {
      const answer = await api.call(method, path, json === undefined ? {} : { json })
      expect(answer).toMatchObject({ status: 409, body: { code: 'caller_conflict', origin: 'config' } })
      expect(answer.body).toMatchObject({ detail: expect.stringContaining('config.yaml') })
    }
    expect((await api.store.profiles.get('declared'))?.description).toBe('')
  })

  it('PATCH merges into the object, and null sets back to the default', async () => {
    await make('patched', { timeouts: { idle_ms: 2000, total_ms: 9000 }, description: 'before' })
    const answer = await api.call('PATCH', `${profiles}/patched`, {
      raw: JSON.stringify({
        timeouts: { idle_ms: null, headers_ms: 1000 },
        description: null,
        instructions: 'Be brief.',
      }),
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      description: '',
      instructions: 'Be brief.',
      timeouts: { headers_ms: 1000, first_token_ms: 15_000, idle_ms: 30_000, total_ms: 9000 },
    })
  })

  it('PATCH is validated after merging', async () => {
    await make('kept')
    for (const [patch, param] of [
      [{ targets: null }, 'targets'],
      [{ timeouts: { idle_ms: 10 } }, 'timeouts.idle_ms'],
      [{ timeouts: { unknown_ms: 10 } }, 'timeouts.unknown_ms'],
      [{ name: 'other' }, 'name'],
    ] as const) {
      const answer = await api.call('PATCH', `${profiles}/kept`, { json: patch })
      expect(answer).toMatchObject({ status: 400, body: { param } })
    }
    expect(await api.call('PATCH', `${profiles}/absent`, { json: {} })).toMatchObject({ status: 404 })
  })

  it('PUT makes what does not exist (201) and replaces what does (200), with the defaults', async () => {
    const made = await api.call('PUT', `${profiles}/put`, { json: { targets: [target], description: 'first' } })
    expect(made).toMatchObject({ status: 201, body: { description: 'first' } })
    expect(made.headers.get('location')).toBe('/api/v1/profiles/put')
    const replaced = await api.call('PUT', `${profiles}/put`, { json: { name: 'put', targets: [target] } })
    expect(replaced).toMatchObject({ status: 200, body: { description: '' } })
    expect(await api.call('PUT', `${profiles}/put`, { json: { name: 'q', targets: [target] } })).toMatchObject({
      status: 400,
      body: { param: 'name' },
    })
  })

  it('what a client read can be changed and put back', async () => {
    await make('round')
    const read = profileView.parse((await api.call('GET', `${profiles}/round`)).body)
    const answer = await api.call('PUT', `${profiles}/round`, { json: { ...read, description: 'edited' } })
    expect(answer).toMatchObject({ status: 200, body: { description: 'edited', origin: 'api' } })
    expect(profileView.parse(answer.body).revision).toBeGreaterThan(read.revision)
  })

  it('DELETE that names a media type without a body is one without a body', async () => {
    await api.call('POST', profiles, { json: { name: 'typed', targets: [target] } })
    const headers = { 'content-type': 'application/json' }
    expect(await api.call('DELETE', `${profiles}/typed`, { headers })).toMatchObject({ status: 204 })
  })

  it('DELETE is 204, then 404', async () => {
    await make('gone')
    expect(await api.call('DELETE', `${profiles}/gone`)).toMatchObject({ status: 204, body: '' })
    expect(await api.call('DELETE', `${profiles}/gone`)).toMatchObject({ status: 404 })
    expect(await api.call('GET', `${profiles}/gone`)).toMatchObject({ status: 404 })
  })

  it('If-None-Match of what the client has is 304 without a body', async () => {
    await make('same')
    for (const path of [profiles, `${profiles}/same`, '/api/v1/snapshot', '/api/v1/changes', '/api/v1/users']) {
      const tag = (await api.call('GET', path)).headers.get('etag') ?? 'none'
      const again = await api.call('GET', path, { headers: { 'if-none-match': tag } })
      expect(again).toMatchObject({ status: 304, body: '' })
      expect(again.headers.get('etag')).toBe(tag)
    }
  })

  it('a change gives collection, snapshot and object new tags', async () => {
    await make('tagged')
    const paths = [profiles, '/api/v1/snapshot', `${profiles}/tagged`]
    const tags = async () => Promise.all(paths.map(async (path) => (await api.call('GET', path)).headers.get('etag')))
    const before = await tags()
    await api.call('PATCH', `${profiles}/tagged`, { json: { description: 'new' } })
    const after = await tags()
    const { epoch, revision } = await api.store.version()
    expect(after).toEqual([`"${epoch}.${revision}"`, `"${epoch}.${revision}"`, `"${revision}"`])
    for (const [index, tag] of after.entries()) expect(tag).not.toBe(before[index])
  })

  it.each(['PUT', 'PATCH', 'DELETE'])(
    '%s with the If-Match of an older revision is 412 with the current one',
    async (method) => {
      const name = `lost-${method.toLowerCase()}`
      const old = (await make(name)).headers.get('etag') ?? ''
      const current = await api.call('PATCH', `${profiles}/${name}`, { json: { description: 'theirs' } })
      const json = method === 'DELETE' ? {} : { json: { targets: [target], description: 'mine' } }
      const lost = await api.call(method, `${profiles}/${name}`, { ...json, headers: { 'if-match': old } })
      expect(lost).toMatchObject({ status: 412, body: { status: 412, code: 'caller_conflict' } })
      expect(lost.body).toMatchObject({ current_revision: profileView.parse(current.body).revision })
      expect(lost.headers.get('etag')).toBe(current.headers.get('etag'))
      expect((await api.store.profiles.get(name))?.description).toBe('theirs')
      const fresh = await api.call(method, `${profiles}/${name}`, {
        ...json,
        headers: { 'if-match': current.headers.get('etag') ?? '' },
      })
      expect(fresh.status).toBe(method === 'DELETE' ? 204 : 200)
    },
  )

  it('If-Match on what does not exist, and If-None-Match * on what does, are 412', async () => {
    await make('there')
    const json = { targets: [target] }
    expect(await api.call('PUT', `${profiles}/absent`, { json, headers: { 'if-match': '*' } })).toMatchObject({
      status: 412,
    })
    expect(await api.call('PUT', `${profiles}/there`, { json, headers: { 'if-none-match': '*' } })).toMatchObject({
      status: 412,
    })
    expect(await api.store.profiles.get('absent')).toBeUndefined()
  })

  it('twenty PATCHes of different fields at once lose none of them', async () => {
    await make('busy')
    const keys = Array.from({ length: 20 }, (_, index) => `key_${index}`)
    const answers = await Promise.all(
      keys.map((key) => api.call('PATCH', `${profiles}/busy`, { json: { parameters: { extra: { [key]: true } } } })),
    )
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200))
    expect(Object.keys((await api.store.profiles.get('busy'))?.parameters.extra ?? {}).toSorted()).toEqual(
      keys.toSorted(),
    )
  })

  it('pages follow each other to the last, whose next_cursor is null', async () => {
    await using other = await startApi()
    for (let index = 0; index < 7; index += 1) await other.store.profiles.create(`p${index}`, profileSpec())
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? 'limit=3' : `limit=3&cursor=${cursor}`
      const page = profilePage.parse((await other.call('GET', `${profiles}?${query}`)).body)
      seen.push(...page.data.map(({ name }) => name))
      cursor = page.next_cursor
    }
    expect(seen).toEqual(['declared', 'p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6'])
  })

  it('a caller sees the profiles it may use, an editor all', async () => {
    await make('for-admins', { access: { roles: ['admin'] } })
    await make('for-anna', { access: { roles: [], users: ['anna'] } })
    await api.store.users.create('granted', { ...personSpec(), profiles: ['for-admins'] })
    const seenBy = async (token: string) =>
      profilePage
        .parse((await api.call('GET', `${profiles}?limit=200`, { token })).body)
        .data.map(({ name }) => name)
        .filter((name) => name.startsWith('for-'))
    const anna = await api.tokenOf({ user: 'anna' })
    expect(await seenBy(anna)).toEqual(['for-anna'])
    expect(await api.call('GET', `${profiles}/for-admins`, { token: anna })).toMatchObject({ status: 404 })
    expect(await seenBy(await api.tokenOf({ user: 'granted' }))).toEqual(['for-admins'])
    expect(await seenBy(await api.tokenOf({ user: 'admin', scopes: ['settings'] }))).toEqual(['for-admins', 'for-anna'])
    expect(await seenBy(api.adminToken)).toEqual(['for-admins', 'for-anna'])
  })

  it('users follow the same conventions', async () => {
    const made = await api.call('POST', '/api/v1/users', { json: { name: 'ben', role: 'guest' } })
    expect(userView.parse(made.body)).toMatchObject({ name: 'ben', role: 'guest', locale: 'en', origin: 'api' })
    const patched = await api.call('PATCH', '/api/v1/users/ben', { json: { limits: { max_parallel: 2 } } })
    expect(patched).toMatchObject({ status: 200, body: { role: 'guest', limits: { max_parallel: 2 } } })
    expect(await api.call('PUT', '/api/v1/users/anna', { json: { role: 'admin' } })).toMatchObject({
      status: 409,
      body: { origin: 'config' },
    })
    const page = userPage.parse((await api.call('GET', '/api/v1/users')).body)
    expect(page.data.map(({ name }) => name)).toEqual(expect.arrayContaining(['admin', 'anna', 'ben']))
    expect(await api.call('DELETE', '/api/v1/users/ben')).toMatchObject({ status: 204 })
  })

  it('HEAD answers like GET, without the body', async () => {
    const head = await api.call('HEAD', profiles)
    expect(head).toMatchObject({ status: 200, body: '' })
    expect(await api.call('HEAD', profiles, { token: null })).toMatchObject({ status: 401 })
    expect(head.headers.get('etag')).toBe((await api.call('GET', profiles)).headers.get('etag'))
  })

  it('the same Idempotency-Key with the same body makes one profile, with another body is 409', async () => {
    const headers = { 'idempotency-key': 'key-1' }
    const json = { name: 'once', targets: [target] }
    const [first, second] = [
      await api.call('POST', profiles, { json, headers }),
      await api.call('POST', profiles, { json, headers }),
    ]
    expect(second).toMatchObject({ status: 201, body: first.body })
    expect(second.headers.get('location')).toBe('/api/v1/profiles/once')
    expect(await api.call('POST', profiles, { json: { ...json, description: 'x' }, headers })).toMatchObject({
      status: 409,
      body: { param: 'Idempotency-Key' },
    })
    const other = await api.tokenOf({ user: 'admin', role: 'admin' })
    expect(await api.call('POST', profiles, { json, headers, token: other })).toMatchObject({ status: 201 })
    const stranger = await api.tokenOf({ role: 'admin' })
    expect(await api.call('POST', profiles, { json, headers, token: stranger })).toMatchObject({
      status: 409,
      body: { origin: 'api' },
    })
    expect(await api.call('POST', profiles, { json, headers: { 'idempotency-key': 'a b' } })).toMatchObject({
      status: 400,
    })
  })
})
