import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestClient } from '../support/client.ts'
import { type House, startHouse } from '../support/house.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hearth-first-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const redeem = ({ url }: House, code: string): Promise<Response> =>
  fetch(`${url}/api/v1/pairings/redeem`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, device_name: 'phone' }),
  })

describe('a first start without any model', () => {
  it('prints a link that pairs one device and the path of the admin token, the next start only the path', async () => {
    const first = await startHouse({ dataDir })
    const [, link = '', code = ''] = /^ +pair +(\S+#pair=([A-Z2-9]{8}))\b/m.exec(first.output()) ?? []
    expect(link).toBe(`${first.url}/#pair=${code}`)
    expect(first.output()).toMatch(new RegExp(`^ +admin token +${join(dataDir, 'admin-token')}$`, 'm'))
    expect(first.output()).not.toContain(await first.adminToken())
    expect((await redeem(first, code)).status).toBe(201)
    expect((await redeem(first, code)).status).toBe(401)
    expect(await first.stop()).toBe(0)

    await using second = await startHouse({ dataDir })
    expect(second.output()).not.toContain('#pair=')
    expect(second.output()).toContain(join(dataDir, 'admin-token'))
  })

  it('is ready, answers from the demo profile, and says how to get a model', async () => {
    await using house = await startHouse({ dataDir })
    const ready = await fetch(house.operationsUrl)
    expect(ready.status).toBe(200)
    expect(await ready.text()).toContain('npm run hearth -- model fetch')
    await using client = await TestClient.open(house.url, await house.adminToken())
    const { response_id = '' } = await client.ask({ stream_id: 'a', profile: 'demo', input: 'Hello?' })
    expect((await client.terminal({ response_id })).type).toBe('response.completed')
    expect(client.textOf(response_id)).not.toBe('')
  })
})
