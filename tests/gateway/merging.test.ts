import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunEvent, RunMessage } from '../../services/common/contracts/run-event.ts'
import { fakeAdapters, textScript } from '../../services/common/testing/fake-adapters.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { gatewayLimits } from '../../services/gateway/gateway-limits.ts'
import { joinDeltas } from '../../services/gateway/sending/join-deltas.ts'
import { LoopLag } from '../../services/gateway/sending/loop-lag.ts'
import { mergePolicy } from '../../services/gateway/sending/merge-policy.ts'
import { createRouter } from '../../services/router/router.ts'
import { quiet } from '../support/run-fixtures.ts'
import { baseSnapshot, type Client, type Message, startGateway } from './gateway-harness.ts'

const part = { output_index: 0, content_index: 0 } as const

const message: fc.Arbitrary<RunMessage> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constantFrom('response.output_text.delta' as const, 'response.reasoning_text.delta' as const),
      item_id: fc.constantFrom('a', 'b'),
      output_index: fc.constant(0),
      content_index: fc.constantFrom(0, 1),
      delta: fc.string({ maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('response.function_call_arguments.delta' as const),
      item_id: fc.constantFrom('a', 'b'),
      output_index: fc.constant(0),
      delta: fc.string({ maxLength: 3 }),
    }),
  },
  fc.constant<RunMessage>({ type: 'response.output_text.done', item_id: 'a', ...part, text: 'x' }),
  fc.constant<RunMessage>({ type: 'response.queued', position: 1 }),
)

const numbered = fc
  .tuple(fc.nat(9), fc.array(message, { maxLength: 30 }))
  .map(([start, messages]) =>
    messages.map((each, index): RunEvent => ({ sequenceNumber: start + index, message: each })),
  )

const textsByPart = (events: readonly RunEvent[]): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>()
  for (const { message: each } of events) {
    if (!('delta' in each)) continue
    const key = JSON.stringify({ ...each, delta: '' })
    texts.set(key, (texts.get(key) ?? '') + each.delta)
  }
  return texts
}

const others = (events: readonly RunEvent[]): readonly RunEvent[] =>
  events.filter(({ message: each }) => !('delta' in each))

const numbersOf = ({ firstSequenceNumber, sequenceNumber: last }: RunEvent): readonly number[] => {
  const first = firstSequenceNumber ?? last
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** Of a delta: its part; of other events nothing that another has. */
const keyOf = (event: RunEvent | undefined): unknown =>
  event !== undefined && 'delta' in event.message ? JSON.stringify({ ...event.message, delta: '' }) : Symbol('other')

describe('joined deltas', () => {
  it('say the same, in ranges without a gap, and leave everything else as it was', () => {
    fc.assert(
      fc.property(numbered, (events) => {
        const joined = joinDeltas(events)
        expect(textsByPart(joined)).toEqual(textsByPart(events))
        expect(others(joined)).toEqual(others(events))
        expect(joined.flatMap(numbersOf)).toEqual(events.map(({ sequenceNumber }) => sequenceNumber))
        expect(joined.filter((event, index) => keyOf(event) === keyOf(joined[index - 1]))).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('can be joined again, whatever was joined before', () => {
    fc.assert(
      fc.property(numbered, fc.nat(30), (events, cut) => {
        const twice = joinDeltas([...joinDeltas(events.slice(0, cut)), ...joinDeltas(events.slice(cut))])
        expect(twice).toEqual(joinDeltas(events))
      }),
    )
  })
})

describe('gateway.merge', () => {
  const batch = [1, 2].map(
    (sequenceNumber): RunEvent => ({
      sequenceNumber,
      message: { type: 'response.output_text.delta', item_id: 'a', ...part, delta: 'x' },
    }),
  )

  it('auto joins only while the client or the process lags; never, not even then', () => {
    const [calm, busy] = [{ isLagging: false }, { isLagging: true }]
    expect(mergePolicy('auto', gatewayLimits, calm).merge(batch, false)).toBe(batch)
    expect(mergePolicy('auto', gatewayLimits, calm).merge(batch, true)).toHaveLength(1)
    expect(mergePolicy('auto', gatewayLimits, busy).merge(batch, false)).toHaveLength(1)
    expect(mergePolicy('never', gatewayLimits, busy).merge(batch, true)).toBe(batch)
  })

  it('a loop that is held up lags, and no longer when it is free again', async () => {
    const lag = new LoopLag(() => performance.now())
    lag.start()
    const until = performance.now() + 150
    while (performance.now() < until) Math.sqrt(until)
    await expect.poll(() => lag.isLagging, { interval: 1 }).toBe(true)
    await expect.poll(() => lag.isLagging, { timeout: 10_000 }).toBe(false)
    lag.stop()
  })
})

describe('a client that reads slowly', () => {
  const texts = Array.from({ length: 2500 }, (_, index) => `${index} `.padEnd(8000, '.'))

  async function readLate(merge: 'auto' | 'never'): Promise<readonly Message[]> {
    const adapters = fakeAdapters({ script: () => textScript(texts) })
    const deps = { adapters, history: new FakeHistory(), settings: () => baseSnapshot(), log: quiet }
    const { router, part: routerPart } = createRouter(deps, { logBytes: 64 * 1024 * 1024 })
    await using harness = await startGateway({ router, config: { merge } })
    const client: Client = await harness.open()
    client.send({ type: 'response.create', stream_id: 'a', profile: 'demo', input: 'x' })
    await client.next('response.created')
    client.socket.pause()
    await sleep(300)
    client.socket.resume()
    await expect.poll(() => client.texts().at(-1)?.type, { timeout: 20_000 }).toBe('response.completed')
    await routerPart.stop(AbortSignal.abort())
    return client.texts().filter(({ type }) => type === 'response.output_text.delta')
  }

  it('gets what waited for it joined, and the same text', async () => {
    const deltas = await readLate('auto')
    expect(deltas.map(({ delta }) => delta).join('')).toBe(texts.join(''))
    expect(deltas.length).toBeLessThan(texts.length)
    expect(deltas.some((delta) => 'first_sequence_number' in delta)).toBe(true)
    let next = Number(deltas[0]?.['first_sequence_number'] ?? deltas[0]?.['sequence_number'])
    for (const delta of deltas) {
      expect(delta['first_sequence_number'] ?? delta['sequence_number']).toBe(next)
      next = Number(delta['sequence_number']) + 1
    }
  })

  it('gets every delta as it came where the house says never', async () => {
    const deltas = await readLate('never')
    expect(deltas.map(({ delta }) => delta)).toEqual(texts)
    expect(deltas.some((delta) => 'first_sequence_number' in delta)).toBe(false)
  })
})
