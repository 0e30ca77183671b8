import { describe, expect, it } from 'vitest'
import { auditPage } from '../../../services/mcp/api/schemas/audit-schema.ts'
import { profileSpec } from '../store/open-test-store.ts'
import { startApi } from './support/api-under-test.ts'

const api1 = '/api/v1'

function present<Item>(item: Item | undefined): Item {
  if (item === undefined) throw new Error('there is none')
  return item
}

describe('the audit', () => {
  it('has every settings write with who made it, newest first, and no secret', async () => {
    await using api = await startApi()
    const token = await api.tokenOf({ name: 'editor', scopes: ['settings'], role: 'admin' })
    const { id: editor } = await api.store.tokens
      .list({ limit: 200 })
      .then(({ items }) => present(items.find(({ name }) => name === 'editor')))
    const write = (method: string, path: string, json?: object, own?: string) =>
      api.call(method, api1 + path, {
        ...(json === undefined ? {} : { json }),
        ...(own === undefined ? {} : { token: own }),
      })
    await write('POST', '/profiles', { name: 'mine', ...profileSpec() }, token)
    await write('PUT', '/profiles/mine', { ...profileSpec(), description: 'x' }, token)
    await write('PATCH', '/profiles/mine', { description: 'hush-hush', limits: { max_parallel: 1 } }, token)
    await write('DELETE', '/profiles/mine', undefined, token)
    await write('POST', '/users', { name: 'bert', role: 'member' })
    await write('POST', '/devices', { name: 'lamp', adapter: 'demo', address: 'x' })
    await write('PATCH', '/mcp/servers/filed', { enabled: false })
    const { body } = await write('POST', '/tokens', { name: 'panel', user: 'bert' })
    const made = body as { id: string; secret: string }
    await write('DELETE', `/tokens/${made.id}`)
    const { body: pairing } = await write('POST', '/pairings', { user: 'bert' })
    const { code } = pairing as { code: string }
    const redeemed = await write('POST', '/pairings/redeem', { code, device_name: 'phone' })
    const { device_id, device_secret } = redeemed.body as { device_id: string; device_secret: string }
    const answer = await api.call('GET', `${api1}/audit`)
    const entries = auditPage.parse(answer.body).data
    expect(entries.map(({ principal, action, target }) => `${principal} ${action} ${target}`).toReversed()).toEqual([
      `token:${editor} profile.create mine`,
      `token:${editor} profile.update mine`,
      `token:${editor} profile.update mine`,
      `token:${editor} profile.remove mine`,
      'user:admin user.create bert',
      'user:admin device.create lamp',
      'user:admin mcp_server.toggle filed',
      `user:admin token.create ${made.id}`,
      `user:admin token.revoke ${made.id}`,
      'user:admin pairing.create bert',
      `${device_id} pairing.redeem ${device_id}`,
    ])
    for (const secret of ['hush-hush', made.secret, code, device_secret]) {
      expect(JSON.stringify(answer.body)).not.toContain(secret)
    }
    expect(entries.find(({ detail }) => detail?.includes('fields'))?.detail).toBe('{"fields":["description","limits"]}')
  })

  it('comes in pages, by action and target, for admins only', async () => {
    await using api = await startApi()
    for (const name of ['a', 'b', 'c']) await api.call('POST', `${api1}/users`, { json: { name, role: 'member' } })
    await api.call('DELETE', `${api1}/users/b`)
    const read = async (query: string) => auditPage.parse((await api.call('GET', `${api1}/audit${query}`)).body)
    const first = await read('?action=user.create&limit=2')
    expect(first.data.map(({ target }) => target)).toEqual(['c', 'b'])
    const rest = await read(`?action=user.create&limit=2&cursor=${first.next_cursor}`)
    expect(rest).toMatchObject({ data: [{ target: 'a' }], next_cursor: null })
    expect((await read('?target=b')).data.map(({ action }) => action)).toEqual(['user.remove', 'user.create'])
    const token = await api.tokenOf({ user: 'admin', scopes: ['settings', 'read', 'tools', 'chat', 'devices'] })
    expect(await api.call('GET', `${api1}/audit`, { token })).toMatchObject({ status: 403 })
  })

  it('has nothing of writes that failed', async () => {
    await using api = await startApi()
    await api.call('PATCH', `${api1}/profiles/declared`, { json: { description: 'x' } })
    await api.call('DELETE', `${api1}/profiles/nothing`)
    await api.call('POST', `${api1}/users`, { json: { name: 'anna', role: 'member' } })
    expect((await api.store.audit.list({ limit: 50 }, {})).items).toEqual([])
  })
})
