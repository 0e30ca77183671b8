import { describe, expect, it } from 'vitest'
import { deviceSpec } from '../../../services/common/contracts/device.ts'
import { changePage, snapshotView } from '../../../services/mcp/api/schemas/settings-schema.ts'
import { profileSpec } from '../store/open-test-store.ts'
import { startApi } from './support/api-under-test.ts'

describe('snapshot and changes of the API', () => {
  it('the snapshot has what the caller may see, never a credential', async () => {
    await using api = await startApi()
    await api.store.profiles.create('for-admins', { ...profileSpec(), access: { roles: ['admin'], users: [] } })
    const anna = await api.tokenOf({ user: 'anna' })
    const whole = await api.call('GET', '/api/v1/snapshot')
    const hers = await api.call('GET', '/api/v1/snapshot', { token: anna })
    const { epoch, revision } = await api.store.version()
    for (const answer of [whole, hers]) {
      expect(answer.headers.get('etag')).toBe(`"${epoch}.${revision}"`)
      expect(answer.body).not.toHaveProperty('credentials')
    }
    const names = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name)
    const seen = snapshotView.parse(whole.body)
    expect(seen).toMatchObject({ epoch, revision })
    expect([names(seen.profiles), names(seen.users)]).toEqual([
      ['declared', 'for-admins'],
      ['admin', 'anna'],
    ])
    const part = snapshotView.parse(hers.body)
    expect([names(part.profiles), names(part.users)]).toEqual([['declared'], ['anna']])
  })

  it('changes are newest first; those of users and credentials are for admins', async () => {
    await using api = await startApi()
    await api.store.profiles.create('one', profileSpec())
    await api.store.profiles.remove('one', undefined)
    const anna = await api.tokenOf({ user: 'anna' })
    const all = changePage.parse((await api.call('GET', '/api/v1/changes')).body)
    expect(all.data.map(({ revision }) => revision)).toEqual(
      all.data.map(({ revision }) => revision).toSorted((a, b) => b - a),
    )
    expect(new Set(all.data.map(({ kind }) => kind))).toEqual(
      new Set(['profiles', 'users', 'credentials', 'mcp_servers']),
    )
    const hers = changePage.parse((await api.call('GET', '/api/v1/changes', { token: anna })).body)
    expect(hers.data.map(({ kind, name, action }) => [kind, name, action].join(' ')).toSorted()).toEqual([
      'mcp_servers filed created',
      'profiles declared created',
      'profiles one created',
      'profiles one removed',
    ])
  })

  it('changes of profiles alone are shown to guests', async () => {
    await using api = await startApi()
    await api.store.homeDevices.create('lamp', deviceSpec.parse({ adapter: 'demo', address: '0x1' }))
    const token = await api.tokenOf({ role: 'guest' })
    const page = changePage.parse((await api.call('GET', '/api/v1/changes', { token })).body)
    expect(page.data.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['profiles declared'])
  })
})
