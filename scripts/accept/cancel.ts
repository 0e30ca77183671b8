import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type FakeVendor,
  startFakeVendor,
  type VendorRequest,
} from '../../services/common/testing/fake-vendor/fake-vendor.ts'
import { type Vendor, vendors } from '../../tests/faults/fault-cells.ts'
import { faultConfig } from '../../tests/faults/fault-house.ts'
import { TestClient } from '../../tests/support/client.ts'
import { startMeasuredHouse } from '../../tests/support/measure.ts'
import { type AcceptContext, type Figure, figure, type Scenario } from './figure.ts'

const full = { trials: 200, limitMs: 100 }
const sample = { trials: 24, limitMs: 500 }

const phases = {
  'before-headers': 'fault:headers-never',
  'silent-after-headers': 'fault:silence-after-headers',
  flowing: 'fake?tokens=2000&pace_ms=5',
} as const
type Phase = keyof typeof phases
const phaseNames: readonly Phase[] = ['before-headers', 'silent-after-headers', 'flowing']

/** How long what the house knows may lag behind what the vendor did. */
const reachesHouseMs = 30

/** From the client's act to the close of the vendor's socket: `response.cancel`, and the end of an HTTP request. */
export const cancel: Scenario = async (context) => {
  const { trials, limitMs } = context.isSample ? sample : full
  const folder = await mkdtemp(join(tmpdir(), 'hearth-cancel-'))
  const vendor = await startFakeVendor()
  try {
    const file = join(folder, 'config.yaml')
    await writeFile(file, configOf(vendor))
    await using house = await startMeasuredHouse({ HEARTH_CONFIG: file })
    const figures: Figure[] = []
    for (const [route, start] of [
      ['response.cancel', startBySocket],
      ['HTTP close', startByHttp],
    ] as const) {
      for (const phase of phaseNames) {
        context.say(`${route}, ${phase}`)
        const tookMs = await timeAll({ vendor, house, context, phase, start }, trials)
        figures.push(judge(`${route}, ${phase}, ${tookMs.length} times`, tookMs, limitMs))
      }
    }
    return figures
  } finally {
    await vendor.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const profileOf = (vendor: Vendor, phase: Phase): string => `${vendor}-${phase}`

function configOf(fakeVendor: FakeVendor): string {
  const patient = { headers_ms: 60_000, first_token_ms: 60_000, idle_ms: 60_000, total_ms: 120_000 }
  const profiles = vendors.flatMap((vendor) =>
    phaseNames.map((phase) => ({
      name: profileOf(vendor, phase),
      vendor,
      model: modelOf(vendor, phase),
      spec: { timeouts: patient },
    })),
  )
  return faultConfig(fakeVendor, profiles)
}

const modelOf = (vendor: Vendor, phase: Phase): string =>
  `${phases[phase]}${phases[phase].includes('?') ? '&' : '?'}row=${vendor}`

interface Trial {
  readonly vendor: FakeVendor
  readonly house: { readonly url: string; readonly token: string }
  readonly context: AcceptContext
  readonly phase: Phase
  readonly start: (house: Trial['house']) => Promise<Caller>
}

/** One client. */
interface Caller {
  /** Asks; `shown` resolves with the first text, `leave` is the act that is timed. */
  ask(profile: string): Promise<{ readonly shown: Promise<unknown>; readonly leave: () => void }>
  close(): Promise<void>
}

/** Every vendor at the same time, one run after another at each. */
async function timeAll(trial: Trial, trials: number): Promise<readonly number[]> {
  const each = Math.ceil(trials / vendors.length)
  const all = await Promise.all(vendors.map((name) => timeVendor(trial, name, each)))
  return all.flat()
}

async function timeVendor(trial: Trial, name: Vendor, count: number): Promise<readonly number[]> {
  const { vendor, house, context, phase, start } = trial
  const caller = await start(house)
  const tookMs: number[] = []
  let seen = vendor.requests.length
  for (let index = 0; index < count; index++) {
    const { shown, leave } = await caller.ask(profileOf(name, phase))
    const found = await requestOf(vendor, { model: modelOf(name, phase), from: seen }, context.signal)
    seen = found.next
    await (phase === 'flowing' ? shown : sleep(reachesHouseMs, undefined, { signal: context.signal }))
    const actedAtMs = performance.now()
    leave()
    tookMs.push(await closedAfter(found.request, actedAtMs))
  }
  await caller.close()
  return tookMs
}

async function requestOf(
  vendor: FakeVendor,
  { model, from }: { readonly model: string; readonly from: number },
  signal: AbortSignal,
): Promise<{ readonly request: VendorRequest; readonly next: number }> {
  for (let index = from; ; index++) {
    const request = await vendor.request(index, signal)
    if (request.model === model) return { request, next: index + 1 }
  }
}

/** Infinity when it does not close within ten seconds, was not closed by the house, or was closed before the act. */
async function closedAfter(request: VendorRequest, actedAtMs: number): Promise<number> {
  const timeout = new AbortController()
  await Promise.race([request.closed, sleep(10_000, undefined, { signal: timeout.signal }).catch(() => undefined)])
  timeout.abort()
  const { ended } = request
  const isOurs = ended?.by === 'client' && ended.atMs >= actedAtMs
  return isOurs ? ended.atMs - actedAtMs : Number.POSITIVE_INFINITY
}

async function startBySocket(house: Trial['house']): Promise<Caller> {
  const client = await TestClient.open(house.url, house.token)
  let lane = 0
  return {
    ask: async (profile) => {
      lane += 1
      const { response_id } = await client.ask({ stream_id: `lane-${lane}`, profile, input: 'hello' })
      const isText = ({ type, response_id: id }: { type: string; response_id?: string }) =>
        id === response_id && type === 'response.output_text.delta'
      return {
        shown: client.frame(isText).catch(() => undefined),
        leave: () => client.send({ type: 'response.cancel', response_id }),
      }
    },
    close: () => client.close(),
  }
}

async function startByHttp(house: Trial['house']): Promise<Caller> {
  return {
    ask: async (model) => {
      const request = http.request(`${house.url}/v1/chat/completions`, {
        method: 'POST',
        agent: false,
        headers: { authorization: `Bearer ${house.token}`, 'content-type': 'application/json' },
      })
      request.on('error', () => undefined)
      request.end(JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'hello' }] }))
      return { shown: firstByte(request).catch(() => undefined), leave: () => request.destroy() }
    },
    close: async () => undefined,
  }
}

async function firstByte(request: http.ClientRequest): Promise<void> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.on('error', () => undefined)
  await once(response, 'data')
}

function judge(what: string, tookMs: readonly number[], limitMs: number): Figure {
  const sorted = tookMs.toSorted((left, right) => left - right)
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.POSITIVE_INFINITY
  const shown = [at(0.5), at(0.99), at(1)].map((value) => value.toFixed(1)).join(' ')
  return figure(`${what}: p50, p99, longest, ms`, shown, at(0.99) < limitMs)
}
