import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devicePage } from '../../../services/mcp/api/schemas/device-schema.ts'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'

const devices = '/api/v1/devices'

describe('devices of the API', () => {
  let api: ApiUnderTest
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  it('are made, read, changed and removed', async () => {
    const json = { name: 'lamp', adapter: 'zigbee', address: '0x1', limits: { brightness: { min: 10 } } }
    expect(await api.call('POST', devices, { json })).toMatchObject({
      status: 201,
      body: { name: 'lamp', risk: 'comfort', connection: 'default', exposure: { models: [], guests: [] } },
    })
    expect(await api.call('PATCH', `${devices}/lamp`, { json: { area: 'kitchen' } })).toMatchObject({
      body: { area: 'kitchen', limits: { brightness: { min: 10 } } },
    })
    expect(await api.call('POST', devices, { json })).toMatchObject({ status: 409 })
    expect(await api.call('PATCH', `${devices}/lamp`, { json: { risk: 'none' } })).toMatchObject({ status: 400 })
    expect(await api.call('DELETE', `${devices}/lamp`)).toMatchObject({ status: 204 })
    expect(await api.call('GET', `${devices}/lamp`)).toMatchObject({ status: 404 })
  })

  it('are shown to guests when something of them is', async () => {
    for (const [name, guests] of [
      ['shown', ['state']],
      ['hidden', []],
    ] as const) {
      const json = { name, adapter: 'demo', address: name, exposure: { guests, models: ['power'] } }
      expect(await api.call('POST', devices, { json })).toMatchObject({ status: 201 })
    }
    const token = await api.tokenOf({ role: 'guest', scopes: ['read'] })
    const page = devicePage.parse((await api.call('GET', devices, { token })).body)
    expect(page.data.map(({ name }) => name)).toEqual(['shown'])
    expect(await api.call('GET', `${devices}/hidden`, { token })).toMatchObject({ status: 404 })
    const seen = await api.call('GET', `${devices}/shown`, { token })
    expect(seen).toMatchObject({ status: 200, body: { name: 'shown', area: null, aliases: [] } })
    expect(page.data).toEqual([seen.body])
    const meta = ['created_at', 'name', 'origin', 'revision', 'updated_at']
    expect(Object.keys(Object(seen.body)).toSorted()).toEqual([...meta, 'aliases', 'area', 'exposure'].toSorted())
    expect(Object(seen.body)['exposure']).toEqual({ guests: ['state'] })
    const member = await api.tokenOf({ user: 'anna' })
    expect(await api.call('GET', `${devices}/hidden`, { token: member })).toMatchObject({ status: 200 })
  })
})
