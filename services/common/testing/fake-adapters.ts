import { setTimeout as sleep } from 'node:timers/promises'
import type { AdapterSet } from '../contracts/adapter-set.ts'
import type { FinishReason, GenerateEvent } from '../contracts/generate-event.ts'
import type { GenerateRequest } from '../contracts/generate-request.ts'
import type { AdapterInfo } from '../contracts/model-adapter.ts'
import { HearthError } from '../errors/hearth-error.ts'

/** What a fake adapter does next. A script that ends without `finish` plays a vendor that forgot its terminator. */
export type AdapterStep =
  | { readonly do: 'emit'; readonly events: readonly GenerateEvent[] }
  | { readonly do: 'wait'; readonly ms: number }
  /** Until the signal aborts. */
  | { readonly do: 'hang' }
  | { readonly do: 'fail'; readonly error: unknown }

export interface FakeAdapterCall {
  readonly adapter: string
  readonly request: GenerateRequest
  readonly signal: AbortSignal
  /** `performance.now()` when the abort arrived; undefined while it has not. */
  abortedAt: number | undefined
  ended: boolean
}

export interface FakeAdapters extends AdapterSet {
  /** Every `generate` so far, oldest first. */
  readonly calls: readonly FakeAdapterCall[]
  /** The next `generate` plays this; with nothing enqueued `script` of the options answers. */
  enqueue(steps: readonly AdapterStep[]): void
}

export interface FakeAdaptersOptions {
  readonly info?: readonly AdapterInfo[]
  readonly script?: (adapter: string, request: GenerateRequest) => readonly AdapterStep[]
}

const ready = { name: 'default', state: { status: 'ready' } } as const

/** Adapters that play scripts and honour abort. Default: `demo` is ready and says "Hello from the hearth". */
export function fakeAdapters(options: FakeAdaptersOptions = {}): FakeAdapters {
  const info = options.info ?? [{ name: 'demo', connections: [ready] }]
  const script = options.script ?? (() => textScript(['Hello', ' from', ' the', ' hearth']))
  const calls: FakeAdapterCall[] = []
  const queue: (readonly AdapterStep[])[] = []
  return {
    calls,
    enqueue: (steps) => void queue.push(steps),
    describe: async (signal) => {
      signal.throwIfAborted()
      return info
    },
    async *generate(adapter, request, signal) {
      if (!info.some(({ name }) => name === adapter)) {
        throw new HearthError(
          'gateway_no_adapter',
          `There is no adapter "${adapter}"; check the targets of the profile.`,
        )
      }
      const call: FakeAdapterCall = { adapter, request, signal, abortedAt: undefined, ended: false }
      calls.push(call)
      const onAbort = () => {
        call.abortedAt = performance.now()
      }
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        yield* play(queue.shift() ?? script(adapter, request), signal)
      } finally {
        signal.removeEventListener('abort', onAbort)
        call.ended = true
      }
    },
    embed: async (_adapter, { inputs }) => ({ vectors: inputs.map(fakeVector), inputTokens: inputs.length }),
  }
}

async function* play(steps: readonly AdapterStep[], signal: AbortSignal): AsyncIterable<readonly GenerateEvent[]> {
  for (const step of steps) {
    if (signal.aborted) throw cancelled()
    switch (step.do) {
      case 'emit':
        yield step.events
        break
      case 'wait':
        await pause(step.ms, signal)
        break
      case 'hang':
        await pause(2 ** 31 - 1, signal)
        break
      case 'fail':
        throw step.error
    }
  }
  if (signal.aborted) throw cancelled()
}

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    throw cancelled()
  }
}

const cancelled = () => new HearthError('caller_cancelled', 'The request was cancelled.')

/** A vector that tells texts of different length apart. */
const fakeVector = (text: string): Float32Array => Float32Array.of(text.length, 1, 0.5)

/** One batch per text; optionally paced. */
export function textScript(
  texts: readonly string[],
  options: { readonly finish?: FinishReason; readonly paceMs?: number } = {},
): readonly AdapterStep[] {
  const wait: readonly AdapterStep[] = options.paceMs === undefined ? [] : [{ do: 'wait', ms: options.paceMs }]
  return [
    { do: 'emit', events: [{ type: 'text-start', id: 't0' }] },
    ...texts.flatMap((text): readonly AdapterStep[] => [
      ...wait,
      { do: 'emit', events: [{ type: 'text-delta', id: 't0', text }] },
    ]),
    {
      do: 'emit',
      events: [
        { type: 'text-end', id: 't0' },
        { type: 'usage', usage: { inputTokens: 3, outputTokens: texts.length } },
        { type: 'finish', reason: options.finish ?? 'stop' },
      ],
    },
  ]
}

/** A picture in rough versions, then whole. */
export function pictureScript(final: Uint8Array, partials: readonly Uint8Array[] = []): readonly AdapterStep[] {
  const picture = { id: 'i0', mediaType: 'image/png' } as const
  return [
    ...partials.map((bytes, index): AdapterStep => {
      return { do: 'emit', events: [{ type: 'image-partial', ...picture, index, bytes }] }
    }),
    {
      do: 'emit',
      events: [
        { type: 'image', ...picture, bytes: final },
        { type: 'finish', reason: 'stop' },
      ],
    },
  ]
}
