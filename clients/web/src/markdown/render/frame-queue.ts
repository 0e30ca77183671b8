/** The share of a frame that is left for work. */
export interface Pass {
  isOver(): boolean
}

/** Does a part of its work; true when all is done, false to go on in the next frame. */
export type Job = (pass: Pass) => boolean

export interface FrameQueueDeps {
  readonly requestFrame: (callback: () => void) => void
  readonly now: () => number
}

/** Of the 16 ms of a frame at 60 Hz the browser needs its part for layout and paint. */
const shareMs = 8

/**
 * Shares each frame between all texts of the page, the youngest first: that is where the reader is. A job waits in it
 * once however often it is asked for, so the queue is as long as there are texts and what they still wait for.
 */
export class FrameQueue {
  readonly #deps: FrameQueueDeps
  readonly #urgent = new Set<Job>()
  readonly #later = new Set<Job>()
  #spentMs = 0
  #isAsked = false

  constructor(deps: FrameQueueDeps) {
    this.#deps = deps
  }

  /** At once while this frame has time left: what has just come is to be seen in it. Else in the next one. */
  soon(job: Job): void {
    this.#urgent.add(job)
    this.#ask()
    if (this.#spentMs < shareMs) this.#spend((pass) => runAll(this.#urgent, [job], pass))
  }

  /** When a frame has time left. */
  later(job: Job): void {
    this.#later.add(job)
    this.#ask()
  }

  cancel(job: Job): void {
    this.#urgent.delete(job)
    this.#later.delete(job)
  }

  #ask(): void {
    if (this.#isAsked) return
    this.#isAsked = true
    this.#deps.requestFrame(() => {
      this.#isAsked = false
      this.#spentMs = 0
      this.#spend((pass) => {
        runAll(this.#urgent, [...this.#urgent].reverse(), pass)
        if (!pass.isOver()) runAll(this.#later, [...this.#later], pass)
      })
      if (this.#urgent.size + this.#later.size > 0) this.#ask()
    })
  }

  #spend(work: (pass: Pass) => void): void {
    const { now } = this.#deps
    const start = now()
    const end = start + shareMs - this.#spentMs
    work({ isOver: () => now() >= end })
    this.#spentMs += now() - start
  }
}

/** The first one runs in any case. One that is not done goes to the end, behind those that have not had their turn. */
function runAll(queue: Set<Job>, jobs: readonly Job[], pass: Pass): void {
  for (const [index, job] of jobs.entries()) {
    if (index > 0 && pass.isOver()) return
    if (queue.delete(job) && !job(pass)) queue.add(job)
  }
}
