import { setTimeout as sleep } from 'node:timers/promises'
import type { Principal } from '../contracts/principal.ts'
import type { Router } from '../contracts/router.ts'
import {
  type FinalResponse,
  type RunEvent,
  type RunMessage,
  type RunStatus,
  terminalTypes,
} from '../contracts/run-event.ts'
import type { CancelReason, Lane, RunRequest, RunView } from '../contracts/run-request.ts'
import { HearthError } from '../errors/hearth-error.ts'
import { foldRunEvents } from './fold-run-events.ts'

/** What a fake run does next. `response.created` and, unless the script brings its own, the terminal are added. */
export type RunStep =
  /** One batch; numbers are given here. */
  | { readonly do: 'emit'; readonly events: readonly FakeRunEvent[] }
  | { readonly do: 'wait'; readonly ms: number }
  /** Until it is cancelled. */
  | { readonly do: 'hang' }
  /** What was said so far, except the newest event, is no longer kept: who wants it gets a snapshot. */
  | { readonly do: 'trim' }

export interface FakeRunEvent {
  readonly message: RunMessage
  readonly bytes?: Uint8Array
}

export interface FakeRouter extends Router {
  readonly starts: readonly { readonly runId: string; readonly request: RunRequest; readonly caller: Principal }[]
  readonly cancels: readonly { readonly runId: string; readonly reason: CancelReason }[]
  /** Readers of `attach` that have not ended. */
  readonly readers: number
  /** The next `start` plays this. */
  enqueue(steps: readonly RunStep[]): void
  /** The next `start` throws this. */
  refuse(error: HearthError): void
}

/** Runs that play scripts. Nothing enqueued: `script` of the options, by default the text "Hello from the hearth". */
export function fakeRouter(
  options: { readonly script?: (request: RunRequest) => readonly RunStep[] } = {},
): FakeRouter {
  const script = options.script ?? (() => textRun(['Hello', ' from', ' the', ' hearth']))
  const runs = new Map<string, FakeRun>()
  const queue: (readonly RunStep[] | HearthError)[] = []
  const starts: { runId: string; request: RunRequest; caller: Principal }[] = []
  const cancels: { runId: string; reason: CancelReason }[] = []
  let readers = 0
  const owned = (runId: string, caller: Principal): FakeRun => {
    const run = runs.get(runId)
    if (run !== undefined && run.owner === caller.id) return run
    throw new HearthError('caller_not_found', 'There is no such response.')
  }
  return {
    starts,
    cancels,
    get readers() {
      return readers
    },
    enqueue: (steps) => void queue.push(steps),
    refuse: (error) => void queue.push(error),
    start: async (request, caller) => {
      const next = queue.shift() ?? script(request)
      if (next instanceof HearthError) throw next
      const runId = `resp_fake${starts.length}`
      const run = new FakeRun(runId, caller.id, request)
      starts.push({ runId, request, caller })
      runs.set(runId, run)
      void run.play(next)
      return { runId, conversation: run.conversation, profile: run.profile, existing: false }
    },
    async *attach(runId, startingAfter, caller, signal) {
      const run = owned(runId, caller)
      readers += 1
      try {
        yield* run.read(startingAfter, signal)
      } finally {
        readers -= 1
      }
    },
    runs: async (wanted, caller) =>
      [...runs.values()]
        .filter((run) => run.owner === caller.id)
        .filter((run) => (wanted === 'live' ? run.status === 'in_progress' : run.runId === wanted.runId))
        .map((run) => run.view()),
    cancel: async (runId, reason, caller) => {
      const run = owned(runId, caller)
      cancels.push({ runId, reason })
      run.end('cancelled')
    },
    embed: async ({ profile = 'demo', inputs }) => {
      const vectors = inputs.map((text) => Float32Array.of(text.length, 1, 0.5))
      return { profile, provider: 'demo', model: 'demo', vectors, inputTokens: inputs.length }
    },
  }
}

class FakeRun {
  readonly runId: string
  readonly owner: string
  readonly profile: string
  readonly conversation: string
  readonly #lane: Lane
  readonly #batches: (readonly RunEvent[])[] = []
  readonly #stopped = new AbortController()
  #sequenceNumber = 0
  #firstKept = 0
  #status: RunView['status'] = 'in_progress'
  #changed = Promise.withResolvers<void>()

  constructor(runId: string, owner: string, { lane, profile = 'demo' }: RunRequest) {
    this.runId = runId
    this.owner = owner
    this.profile = profile
    this.conversation = `conv_${runId}`
    this.#lane = lane
  }

  get status(): RunView['status'] {
    return this.#status
  }

  view(): RunView {
    const { runId, conversation, profile } = this
    const lastSequenceNumber = this.#sequenceNumber - 1
    return { runId, conversation, profile, lane: this.#lane, status: this.#status, lastSequenceNumber }
  }

  async play(steps: readonly RunStep[]): Promise<void> {
    this.#append([{ message: { type: 'response.created', profile: this.profile, conversation: this.conversation } }])
    const { signal } = this.#stopped
    for (const step of steps) {
      if (step.do === 'emit' && !signal.aborted) this.#append(step.events)
      if (step.do === 'wait') await sleep(step.ms, undefined, { signal }).catch(() => undefined)
      if (step.do === 'trim') this.#firstKept = this.#sequenceNumber - 1
      if (step.do === 'hang') await sleep(2 ** 31 - 1, undefined, { signal }).catch(() => undefined)
    }
    this.end('completed')
  }

  end(status: 'completed' | 'cancelled'): void {
    if (this.#stopped.signal.aborted) return
    this.#append([{ message: { type: `response.${status}`, response: fakeFinalResponse(this.runId, status) } }])
  }

  async *read(startingAfter: number, signal: AbortSignal): AsyncIterable<readonly RunEvent[]> {
    const gone = aborted(signal)
    for (let last = startingAfter; !signal.aborted; ) {
      const batch = this.#after(last)
      last = batch.at(-1)?.sequenceNumber ?? last
      if (batch.length > 0) yield batch
      else if (this.#stopped.signal.aborted) return
      else await Promise.race([this.#changed.promise, gone])
    }
  }

  #after(last: number): readonly RunEvent[] {
    if (last + 1 < this.#firstKept) return [this.#snapshot()]
    const batch = this.#batches.find((events) => (events.at(-1)?.sequenceNumber ?? -1) > last)
    return batch?.filter(({ sequenceNumber }) => sequenceNumber > last) ?? []
  }

  #snapshot(): RunEvent {
    const { runId: id, conversation, profile } = this
    const events = this.#batches.flat()
    const sequenceNumber = events.length - (this.#status === 'in_progress' ? 1 : 2)
    const response = { id, status: this.#status, conversation, profile, output: foldRunEvents(events) }
    return { sequenceNumber, message: { type: 'response.snapshot', response } }
  }

  #append(events: readonly FakeRunEvent[]): void {
    if (this.#stopped.signal.aborted) return
    this.#batches.push(events.map((event) => ({ ...event, sequenceNumber: this.#sequenceNumber++ })))
    const terminal = terminalTypes.find((type) => events.some(({ message }) => message.type === type))
    if (terminal !== undefined) {
      this.#status = statuses[terminal]
      this.#stopped.abort()
    }
    this.#changed.resolve()
    this.#changed = Promise.withResolvers<void>()
  }
}

const statuses = {
  'response.completed': 'completed',
  'response.incomplete': 'incomplete',
  'response.failed': 'failed',
  'response.cancelled': 'cancelled',
} as const

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** A terminal's summary, for scripts that bring their own. */
export function fakeFinalResponse(id: string, status: RunStatus): FinalResponse {
  return {
    id,
    status,
    finish_reason: status === 'completed' ? 'stop' : null,
    conversation: `conv_${id}`,
    profile: 'demo',
    provider: 'demo',
    model: 'demo',
    usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
    attempts: [],
  }
}

/** A whole text answer, one batch per text. */
export function textRun(texts: readonly string[], paceMs = 0): readonly RunStep[] {
  const item = { type: 'message', id: 'item_0', role: 'assistant' } as const
  const position = { item_id: item.id, output_index: 0, content_index: 0 } as const
  const whole = { type: 'output_text', text: texts.join('') } as const
  const emit = (...messages: readonly RunMessage[]): RunStep => ({
    do: 'emit',
    events: messages.map((message) => ({ message })),
  })
  return [
    emit(
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { ...item, status: 'in_progress', content: [] },
      },
      { type: 'response.content_part.added', ...position, part: { type: 'output_text', text: '' } },
    ),
    ...texts.flatMap((delta): readonly RunStep[] => [
      { do: 'wait', ms: paceMs },
      emit({ type: 'response.output_text.delta', ...position, delta }),
    ]),
    emit(
      { type: 'response.output_text.done', ...position, text: whole.text },
      { type: 'response.content_part.done', ...position, part: whole },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { ...item, status: 'completed', content: [whole] },
      },
    ),
  ]
}
