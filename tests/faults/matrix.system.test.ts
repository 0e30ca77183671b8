import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { secretText } from '../../services/common/testing/fake-vendor/body-step.ts'
import { type FakeVendor, startFakeVendor } from '../../services/common/testing/fake-vendor/fake-vendor.ts'
import { TestClient } from '../support/client.ts'
import { askByHttp, askBySocket, eventually, forAll, type Seen } from './ask-house.ts'
import { cells, type Vendor, vendors } from './fault-cells.ts'
import { type FaultHouse, faultConfig, startFaultHouse, vendorKey } from './fault-house.ts'
import { firesAfterMs, matrixRows, neverFiresMs, type Row, textOf, timeoutsOf } from './matrix-rows.ts'

/** Five times what the timer says. */
const latestMs = 5 * firesAfterMs

const rows = matrixRows()

const routes = ['socket', 'http-stream', 'http-whole'] as const
type Route = (typeof routes)[number]

let vendor: FakeVendor
let house: FaultHouse
const clients = new Map<Vendor, TestClient>()
const results = new Map<string, Seen | Error>()

beforeAll(async () => {
  vendor = await startFakeVendor()
  const profiles = rows.map((row) => ({ ...row, name: row.profile, spec: { timeouts: timeoutsOf(row.outcome) } }))
  house = await startFaultHouse(faultConfig(vendor, profiles))
  for (const name of vendors) clients.set(name, await TestClient.open(house.url, house.token))
  const slow = rows.filter(({ outcome }) => outcome.timer !== undefined)
  const quick = rows.filter(({ outcome }) => outcome.timer === undefined)
  await forAll(
    routes.flatMap((route) => slow.map((row) => ({ row, route }))),
    slow.length * routes.length,
    ask,
  )
  await forAll(
    routes.flatMap((route) => quick.map((row) => ({ row, route }))),
    6,
    ask,
  )
}, 120_000)

afterAll(async () => {
  for (const client of clients.values()) await client.close()
  await house[Symbol.asyncDispose]()
  await vendor.stop()
})

async function ask({ row, route }: { readonly row: Row; readonly route: Route }): Promise<void> {
  const key = `${route} ${row.profile}`
  try {
    results.set(key, await askBy(route, row))
  } catch (error) {
    results.set(key, error instanceof Error ? error : new Error(String(error)))
  }
}

function askBy(route: Route, { vendor: name, profile }: Row): Promise<Seen> {
  const client = clients.get(name)
  if (client === undefined) throw new Error('no client')
  return route === 'socket'
    ? askBySocket(client, house, { profile })
    : askByHttp(house, profile, route === 'http-stream')
}

function seenBy(route: Route, { profile }: Row): Seen {
  const seen = results.get(`${route} ${profile}`)
  if (seen === undefined || seen instanceof Error) throw new Error(`not answered by ${route}`, { cause: seen })
  return seen
}

function expectInTime({ outcome }: Row, { elapsedMs }: Seen): void {
  const [from, to] = outcome.timer === undefined ? [0, neverFiresMs] : [firesAfterMs * 0.9, latestMs]
  expect(elapsedMs).toBeGreaterThan(from)
  expect(elapsedMs).toBeLessThan(to)
}

describe('the fault matrix', () => {
  test('was asked in every cell, by every route', () => {
    expect(results.size).toBe(vendors.length * cells.length * routes.length)
  })

  describe.each(vendors)('%s', (name) => {
    const own = rows.filter((row) => row.vendor === name)

    test.each(own)('$cell by WebSocket is $outcome.code', (row) => {
      const { outcome } = row
      const seen = seenBy('socket', row)
      expect(seen.code).toBe(outcome.code)
      if (outcome.code !== 'none') expect(seen.isRetryable).toBe(outcome.isRetryable)
      expect(seen.retryAfterMs).toBe(outcome.retryAfterMs)
      expect(seen.text === textOf(row)).toBe(true)
      expect(seen.history === seen.text).toBe(true)
      expect(seen.raw).not.toContain(secretText)
      expect(seen.raw).not.toContain(vendorKey)
      expectInTime(row, seen)
    })

    test.each(own)('$cell by a streamed completion is $outcome.http, or an error event after content', (row) => {
      const { outcome } = row
      const seen = seenBy('http-stream', row)
      expect(seen.http).toBe(outcome.kept === 'nothing' ? outcome.http : 200)
      expect(seen.code).toBe(outcome.code)
      if (outcome.retryAfterMs !== undefined) expect(seen.retryAfterMs).toBe(outcome.retryAfterMs)
      expect(seen.text === textOf(row)).toBe(true)
      expect(seen.raw).not.toContain(secretText)
      expectInTime(row, seen)
    })

    test.each(own)('$cell by a completion in one piece is $outcome.http', (row) => {
      const { outcome } = row
      const seen = seenBy('http-whole', row)
      expect(seen.http).toBe(outcome.http)
      expect(seen.code).toBe(outcome.code)
      expect(seen.text === (outcome.code === 'none' ? textOf(row) : '')).toBe(true)
      expect(seen.raw).not.toContain(secretText)
      expectInTime(row, seen)
    })

    test.each(own)("$cell closes the vendor's response", async (row) => {
      const requests = vendor.requests.filter(({ model }) => model === row.model)
      expect(requests).toHaveLength(routes.length)
      expect(await eventually(() => requests.every(({ ended }) => ended !== undefined), 2000)).toBe(true)
      if (row.outcome.closedBy === undefined) return
      expect(requests.map(({ ended }) => ended?.by)).toEqual(routes.map(() => row.outcome.closedBy))
    })
  })
})
