import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AdapterSet } from '../../services/common/contracts/adapter-set.ts'
import type { GenerateEvent } from '../../services/common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../services/common/contracts/generate-request.ts'
import { type HearthError, toHearthError } from '../../services/common/errors/hearth-error.ts'

/** An adapter behind its seam, in this process or another, and requests that show each promise. */
export interface ModelAdapterSubject {
  readonly set: AdapterSet
  /** Name of the adapter in `set`. */
  readonly name: string
  /** Answered with at least eight tokens of text. */
  readonly request: GenerateRequest
  /** Streams for at least three seconds. */
  readonly longRequest: GenerateRequest
  /** Answered with a tool call. */
  readonly toolRequest: GenerateRequest
  stop(): Promise<void>
}

/** An adapter whose vendor can end its stream without a terminator. */
export interface CuttableSubject extends ModelAdapterSubject {
  readonly cutRequest: GenerateRequest
}

/** What an adapter with a vendor promises beside the rest. */
export function cutStreamContract(label: string, start: () => Promise<CuttableSubject>): void {
  describe(`model adapter contract, cut streams: ${label}`, () => {
    test('a cut stream is provider_stream_truncated, never a success', async () => {
      const { set, name, cutRequest, stop } = await start()
      const { events, error } = await collect(set.generate(name, cutRequest, new AbortController().signal))
      await stop()
      expect(error?.code).toBe('provider_stream_truncated')
      expect(events.some(({ type }) => type === 'finish')).toBe(false)
    })
  })
}

/** What every model adapter promises, whatever is behind it and between. */
export function modelAdapterContract(label: string, start: () => Promise<ModelAdapterSubject>): void {
  describe(`model adapter contract: ${label}`, () => {
    let subject: ModelAdapterSubject
    beforeAll(async () => {
      subject = await start()
    }, 120_000)
    afterAll(async () => {
      await subject.stop()
    })
    const run = (request: GenerateRequest, signal = new AbortController().signal) =>
      collect(subject.set.generate(subject.name, request, signal))

    test('describe names the adapter and its ready connection', async () => {
      const infos = await subject.set.describe(new AbortController().signal)
      const info = infos.find(({ name }) => name === subject.name)
      const connection = info?.connections.find(({ name }) => name === subject.request.connection)
      expect(connection?.state.status).toBe('ready')
    })

    test('an answer is bracketed text, usage, finish, in batches that are never empty', async () => {
      const { batches, events, error } = await run(subject.request)
      expect(error).toBeUndefined()
      expect(batches.every((batch) => batch.length > 0)).toBe(true)
      expect(bracketErrors(events)).toEqual([])
      expect(textOf(events).trim()).not.toBe('')
      expect(events.at(-1)).toMatchObject({ type: 'finish' })
      expect(events.at(-2)).toMatchObject({ type: 'usage', usage: { inputTokens: expect.any(Number) } })
    })

    test('max_output_tokens cuts the answer and says length', async () => {
      const { events } = await run({ ...subject.request, parameters: { maxOutputTokens: 3 } })
      expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
      expect(events.at(-2)).toMatchObject({ type: 'usage', usage: { outputTokens: 3 } })
    })

    test('two answers at once do not touch each other', async () => {
      const [one, other] = await Promise.all([run(subject.request), run(subject.request)])
      for (const { events, error } of [one, other]) {
        expect(error).toBeUndefined()
        expect(bracketErrors(events)).toEqual([])
      }
    })

    test('a forced tool call has JSON arguments and ends with tool_calls', async () => {
      const { events, error } = await run(subject.toolRequest)
      expect(error).toBeUndefined()
      expect(bracketErrors(events)).toEqual([])
      const written = events.map((event) => (event.type === 'tool-call-delta' ? event.arguments : '')).join('')
      expect(JSON.parse(written)).toBeTypeOf('object')
      const name = subject.toolRequest.tools[0]?.name
      expect(events.find(({ type }) => type === 'tool-call-start')).toMatchObject({ name })
      expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool_calls' })
    })

    test('an abort before the start is caller_cancelled without an event', async () => {
      const { events, error } = await run(subject.request, AbortSignal.abort())
      expect(error?.code).toBe('caller_cancelled')
      expect(events).toEqual([])
    })

    test('an abort in the middle is caller_cancelled, soon', async () => {
      const controller = new AbortController()
      const stream = subject.set.generate(subject.name, subject.longRequest, controller.signal)
      let abortedAtMs = 0
      const { error } = await collect(stream, (events) => {
        if (abortedAtMs > 0 || textOf(events) === '') return
        abortedAtMs = performance.now()
        controller.abort()
      })
      expect(error?.code).toBe('caller_cancelled')
      expect(performance.now() - abortedAtMs).toBeLessThan(1000)
    })

    test('the total ends an answer that takes too long', async () => {
      const timeouts = { ...subject.longRequest.timeouts, totalMs: 1000 }
      const { error } = await run({ ...subject.longRequest, timeouts })
      expect(error?.code).toBe('provider_timeout_total')
    })

    test('an unknown connection is gateway_no_adapter', async () => {
      const { error } = await run({ ...subject.request, connection: 'nowhere' })
      expect(error?.code).toBe('gateway_no_adapter')
    })

    test('an unknown adapter is gateway_no_adapter', async () => {
      const never = new AbortController().signal
      const { error } = await collect(subject.set.generate('nobody', subject.request, never))
      expect(error?.code).toBe('gateway_no_adapter')
    })

    test('a reader that leaves early harms nobody', async () => {
      const controller = new AbortController()
      for await (const _ of subject.set.generate(subject.name, subject.longRequest, controller.signal)) break
      controller.abort()
      expect((await run(subject.request)).error).toBeUndefined()
    })
  })
}

interface Collected {
  readonly batches: readonly (readonly GenerateEvent[])[]
  readonly events: readonly GenerateEvent[]
  readonly error: HearthError | undefined
}

async function collect(
  stream: AsyncIterable<readonly GenerateEvent[]>,
  onBatch: (batch: readonly GenerateEvent[]) => void = () => undefined,
): Promise<Collected> {
  const batches: (readonly GenerateEvent[])[] = []
  let error: HearthError | undefined
  try {
    for await (const batch of stream) {
      batches.push(batch)
      onBatch(batch)
    }
  } catch (thrown) {
    error = toHearthError(thrown)
  }
  return { batches, events: batches.flat(), error }
}

const textOf = (events: readonly GenerateEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')

/** Every start has its end, every delta its open block, and finish comes last. */
function bracketErrors(events: readonly GenerateEvent[]): readonly string[] {
  const open = new Map<string, string>()
  const errors: string[] = []
  for (const { id, kind, part } of events.flatMap(blockPart)) {
    if (open.get(id) !== (part === 'start' ? undefined : kind)) errors.push(`${kind}-${part} of ${id} is out of place`)
    if (part === 'end') open.delete(id)
    else open.set(id, kind)
  }
  if (events.findIndex(({ type }) => type === 'finish') !== events.length - 1)
    errors.push('finish is not the last event')
  return [...errors, ...[...open.keys()].map((id) => `${id} stays open`)]
}

function blockPart(event: GenerateEvent) {
  const [, kind = '', part = ''] = /^(.*)-(start|delta|end)$/.exec(event.type) ?? []
  return part !== '' && 'id' in event ? [{ id: event.id, kind, part }] : []
}
