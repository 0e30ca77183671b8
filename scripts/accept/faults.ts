import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { type FakeVendor, startFakeVendor } from '../../services/common/testing/fake-vendor/fake-vendor.ts'
import { askByHttp, askBySocket, forAll, type Seen } from '../../tests/faults/ask-house.ts'
import { faultConfig } from '../../tests/faults/fault-house.ts'
import { matrixRows, type Row, textOf, timeoutsOf } from '../../tests/faults/matrix-rows.ts'
import { TestClient } from '../../tests/support/client.ts'
import { type Measure, type MeasuredHouse, startMeasuredHouse } from '../../tests/support/measure.ts'
import { type AcceptContext, type Figure, figure, type Scenario } from './figure.ts'

const full = { first: 50, all: 500 }
const sample = { first: 20, all: 80 }
const parallel = 12

/** Pooled sockets and finished runs are given back by then. */
const settleMs = 8000

/** Faults of every vendor at every place, mixed; what the house holds after all of them against a baseline after the first. */
export const faults: Scenario = async (context) => {
  const count = context.isSample ? sample : full
  const seed = Number(process.env['HEARTH_FAULT_SEED'] ?? Date.now() % 2 ** 31)
  context.say(`seed ${seed} (HEARTH_FAULT_SEED repeats it)`)
  const folder = await mkdtemp(join(tmpdir(), 'hearth-leaks-'))
  const vendor = await startFakeVendor()
  try {
    const file = join(folder, 'config.yaml')
    await writeFile(file, configOf(vendor))
    await using house = await startMeasuredHouse({ HEARTH_CONFIG: file })
    return await measureFaults({ vendor, house, context }, mixed(seed, count.all), count.first)
  } finally {
    await vendor.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Finished runs are kept for one second instead of two minutes: kept answers are no leak. */
const configOf = (vendor: FakeVendor): string =>
  faultConfig(
    vendor,
    matrixRows().map((row) => ({
      ...row,
      name: row.profile,
      spec: { timeouts: timeoutsOf(row.outcome), detach_ttl_seconds: 1 },
    })),
  )

/** Every cell comes about equally often, in an order that the seed decides. */
function mixed(seed: number, count: number): readonly Row[] {
  const rows = matrixRows()
  const shuffled = fc.shuffledSubarray([...rows], { minLength: rows.length })
  return fc
    .sample(shuffled, { seed, numRuns: Math.ceil(count / rows.length) })
    .flat()
    .slice(0, count)
}

interface Trial {
  readonly vendor: FakeVendor
  readonly house: MeasuredHouse
  readonly context: AcceptContext
}

async function measureFaults(trial: Trial, rows: readonly Row[], first: number): Promise<readonly Figure[]> {
  const { vendor, house, context } = trial
  const wrong = await askAll(trial, rows.slice(0, first))
  await sleep(settleMs, undefined, { signal: context.signal })
  const socketsBefore = vendor.openSockets()
  const baseline = await house.measure()
  context.say(`baseline after ${first}`)
  wrong.push(...(await askAll(trial, rows.slice(first))))
  await sleep(settleMs, undefined, { signal: context.signal })
  const after = await settled(trial, baseline)
  const growth = after.heapBytes / baseline.heapBytes - 1
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  return [
    figure(
      'faults that ended as the table says',
      `${rows.length - wrong.length} of ${rows.length} ${wrong[0] ?? ''}`,
      wrong.length === 0,
    ),
    figure(
      'sockets open at the vendors, baseline and after',
      `${socketsBefore} ${vendor.openSockets()}`,
      vendor.openSockets() <= socketsBefore,
    ),
    figure('timers and handles, baseline', JSON.stringify(baseline.resources)),
    figure('timers and handles, after', JSON.stringify(after.resources), isLevel(baseline, after)),
    figure(
      'heap, baseline and after',
      `${mb(baseline.heapBytes)} ${mb(after.heapBytes)} (${(growth * 100).toFixed(1)} %)`,
      context.isSample || growth <= 0.05,
    ),
    figure('errors that nobody caught', String(after.failures.length), after.failures.length === 0),
  ]
}

/** Half of them by WebSocket, half by HTTP; says what did not end as the table says. */
async function askAll({ house }: Trial, rows: readonly Row[]): Promise<string[]> {
  const wrong: string[] = []
  await using client = await TestClient.open(house.url, house.token)
  const numbered = rows.map((row, index) => ({ row, index }))
  await forAll(numbered, parallel, async ({ row, index }) => {
    const { profile } = row
    const seen = await (index % 2 === 0
      ? askBySocket(client, house, { profile, lane: `lane-${index}` })
      : askByHttp(house, profile, true))
    if (!isAsTold(row, seen)) wrong.push(`${row.vendor} ${row.cell}: ${seen.code}`)
  })
  return wrong
}

const isAsTold = (row: Row, { code, text, history }: Seen): boolean =>
  code === row.outcome.code && text === textOf(row) && (history === undefined || history === text)

const isLevel = (baseline: Measure, now: Measure): boolean =>
  Object.entries(now.resources).every(([name, count]) => count <= (baseline.resources[name] ?? 0))

async function settled({ house, context }: Trial, baseline: Measure): Promise<Measure> {
  const deadline = Date.now() + 20_000
  let measure = await house.measure()
  while (!isLevel(baseline, measure) && Date.now() < deadline) {
    await sleep(1000, undefined, { signal: context.signal })
    measure = await house.measure()
  }
  return measure
}
