import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { Audience, View } from '../../../services/mcp/aggregator/aggregator.ts'
import { type EndpointHouse, openEndpoint, profileOf } from './support/endpoint-house.ts'
import { FakeAggregator, fakeTool } from './support/fake-aggregator.ts'
import { initialize, modernPost } from './support/raw-requests.ts'

let house: EndpointHouse | undefined

afterEach(async () => {
  await house?.close()
  house = undefined
})

/** Does something in the middle of the first request, when its hub has just been made. */
class Interrupted extends FakeAggregator {
  interrupt: (() => void) | undefined

  override view(audience: Audience): View {
    if (this.interrupt !== undefined) queueMicrotask(this.interrupt)
    this.interrupt = undefined
    return super.view(audience)
  }
}

const listens = { notifications: { toolsListChanged: true } }

const openCount = async ({ metrics }: EndpointHouse, kind: string): Promise<number> => {
  const line = new RegExp(`hearth_mcp_client_open\\{kind="${kind}"\\} (\\d+)`)
  return Number(line.exec(await metrics.metrics())?.[1])
}

/** A request whose body is whole only after its token has ended. */
async function lateBody(url: string, body: object, headers: http.OutgoingHttpHeaders, ended: Promise<unknown>) {
  const text = JSON.stringify(body)
  const request = http.request(`${url}/mcp`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer anna',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'content-length': Buffer.byteLength(text),
      ...headers,
    },
  })
  const over = new Promise<void>((resolve) => {
    request.on('response', (answer) => answer.resume().on('close', resolve))
    request.on('error', () => resolve())
  })
  request.write(text.slice(0, 10))
  await ended
  request.end(text.slice(10))
  await over
  request.destroy()
}

describe('a right that ends while its first request is on its way', () => {
  const revokedMeanwhile = async () => {
    const aggregator = new Interrupted([fakeTool('alpha')])
    const opened = await openEndpoint({ aggregator })
    house = opened
    const { settings } = opened
    aggregator.interrupt = () =>
      settings.swap({ credentials: settings.snapshot.credentials.filter(({ id }) => id !== 'anna') })
    return opened
  }

  test('opens no listener', async () => {
    const opened = await revokedMeanwhile()
    const { body } = await modernPost(opened.url, 'subscriptions/listen', listens)
    expect(body).toMatchObject({ error: { data: { code: 'policy_access_denied' } } })
    expect(await openCount(opened, 'listeners')).toBe(0)
  })

  test('opens no session', async () => {
    const opened = await revokedMeanwhile()
    expect(await initialize(opened.url)).toBe('')
    expect(await openCount(opened, 'sessions')).toBe(0)
  })
})

describe('a token that ends while a body is on its way', () => {
  test('leaves no listener behind', async () => {
    const opened = await openEndpoint({ clock: () => 0, expiresInMs: 300 })
    house = opened
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const body = { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params: { ...listens, _meta } }
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' }
    await lateBody(opened.url, body, headers, sleep(600))
    expect(await openCount(opened, 'listeners')).toBe(0)
  })

  test('lets its session end unused', async () => {
    let now = 0
    const opened = await openEndpoint({ clock: () => now, expiresInMs: 1000, limits: { sessionIdleMs: 10_000 } })
    house = opened
    const session = await initialize(opened.url)
    const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }
    const body = { jsonrpc: '2.0', method: 'notifications/initialized' }
    await lateBody(opened.url, body, headers, sleep(1500))
    now += 20_000
    await opened.endpoint.sweep()
    expect(await openCount(opened, 'sessions')).toBe(0)
  })
})

describe('a credential that is newer than the settings', () => {
  const openNewer = async () => {
    const opened = await openEndpoint({ aggregator: new FakeAggregator([fakeTool('alpha')]) })
    house = opened
    const credentials = opened.settings.snapshot.credentials.filter(({ id }) => id !== 'anna')
    opened.settings.swap({ credentials })
    const list = () => modernPost(opened.url, 'tools/list', {}, { path: '/mcp/profiles/small' })
    const names = async () => (await list()).body
    expect(JSON.stringify(await names())).toContain('"alpha"')
    return { ...opened, list, names }
  }

  test('sees a profile as it is edited', async () => {
    const { settings, names } = await openNewer()
    settings.swap({ profiles: [profileOf('small', ['other'])] })
    const body = await names()
    expect(body).toHaveProperty('result')
    expect(JSON.stringify(body)).not.toContain('"alpha"')
  })

  test('does not keep a profile that was removed', async () => {
    const { settings, list } = await openNewer()
    settings.swap({ profiles: [] })
    expect((await list()).status).toBe(404)
  })
})
