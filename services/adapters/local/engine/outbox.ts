import type { EngineEvent, EngineMessage } from '../wire-schema.ts'

/** Gathers what one turn of the event loop produces, for all jobs, into one message. Neighbouring deltas become one. */
export class Outbox {
  readonly #send: (message: EngineMessage) => void
  #batches = new Map<number, EngineEvent[]>()
  #isScheduled = false

  constructor(send: (message: EngineMessage) => void) {
    this.#send = send
  }

  add(jobId: number, event: EngineEvent): void {
    const events = this.#batches.get(jobId) ?? []
    const joined = joinEvents(events.at(-1), event)
    if (joined === undefined) events.push(event)
    else events.splice(-1, 1, joined)
    this.#batches.set(jobId, events)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.flush()
    })
  }

  /** Sends what waits, so that a job's `done` comes after its events. */
  flush(): void {
    if (this.#batches.size === 0) return
    const batches = [...this.#batches].map(([jobId, events]) => ({ jobId, events }))
    this.#batches = new Map()
    this.#send({ type: 'events', batches })
  }
}

function joinEvents(before: EngineEvent | undefined, event: EngineEvent): EngineEvent | undefined {
  if (before === undefined || before.type !== event.type) return undefined
  if (before.type === 'prompt') return event
  if ('text' in before && 'text' in event) return { ...before, text: before.text + event.text }
  return undefined
}
