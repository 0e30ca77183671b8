import type { GenerateEvent } from '../../common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../common/contracts/generate-request.ts'
import { toHearthError } from '../../common/errors/hearth-error.ts'
import { type AttemptTimers, startAttemptTimers } from '../attempt-timers.ts'
import { dropParameters } from '../drop-parameters.ts'
import type { EngineOwner } from './engine-owner.ts'
import type { EngineSpec, JobListener } from './engine-process.ts'
import { Mailbox } from './mailbox.ts'
import { type AnswerState, beginAnswer, finishAnswer, stepAnswer } from './map-events.ts'
import { mapRequest } from './map-request.ts'
import type { EngineEvent } from './wire-schema.ts'

/** What `mapRequest` leaves out. */
const unknownToEngine = ['reasoningEffort', 'frequencyPenalty', 'presencePenalty', 'parallelToolCalls'] as const

interface Attempt {
  readonly owner: EngineOwner
  readonly spec: EngineSpec
  readonly request: GenerateRequest
  readonly newCallId: () => string
}

/** One attempt, as `ModelAdapter.generate` promises. Only messages of the engine move its timers. */
export async function* runAttempt(attempt: Attempt, signal: AbortSignal): AsyncIterable<readonly GenerateEvent[]> {
  const { owner, spec, request, newCallId } = attempt
  const { job, form } = mapRequest(request)
  const { names } = dropParameters(request.parameters, unknownToEngine)
  if (names.length > 0) yield [{ type: 'parameters-dropped', names }]
  const timers = startAttemptTimers(request.timeouts, signal)
  const left = new AbortController()
  const answer = new AnswerInProgress(timers, beginAnswer(form, newCallId))
  const settled = owner.run(spec, job, answer, AbortSignal.any([timers.signal, left.signal])).then(
    (result) => answer.finish(result),
    (error: unknown) => answer.mailbox.fail(error),
  )
  // Once the engine is done nothing more can be late, however slowly the batches are read.
  void settled.finally(() => timers.dispose())
  try {
    yield* answer.mailbox.batches()
  } catch (error) {
    throw timers.failure() ?? toHearthError(error)
  } finally {
    left.abort()
    timers.dispose()
  }
}

/** Turns what the engine says into events, as it says it. */
class AnswerInProgress implements JobListener {
  readonly mailbox = new Mailbox<GenerateEvent>()
  readonly #timers: AttemptTimers
  #state: AnswerState

  constructor(timers: AttemptTimers, state: AnswerState) {
    this.#timers = timers
    this.#state = state
  }

  onLoading(progress: number): void {
    this.#timers.onHeaders()
    this.#timers.onProgress()
    this.mailbox.put([{ type: 'phase', phase: 'loading_model', progress }])
  }

  onAccepted(waiting: number): void {
    this.#timers.onHeaders()
    this.#timers.onProgress()
    this.mailbox.put([{ type: 'phase', phase: waiting > 0 ? 'waiting_first_token' : 'prompt_eval' }])
  }

  onEvents(events: readonly EngineEvent[]): void {
    this.#timers.onBytes()
    if (events.some(({ type }) => type !== 'prompt')) this.#timers.onContent()
    else this.#timers.onProgress()
    this.#put(stepAnswer(this.#state, events))
  }

  finish(result: Parameters<typeof finishAnswer>[1]): void {
    this.#put(finishAnswer(this.#state, result))
    this.mailbox.close()
  }

  #put([state, events]: ReturnType<typeof stepAnswer>): void {
    this.#state = state
    this.mailbox.put(events)
  }
}
