import type { Asker, Exchange } from '../upstream.ts'
import type { Release, Slots } from './slots.ts'
import type { Work } from './work.ts'

/** One exchange that has its turn: its slot is others', and its time stands still, while its client is asked something. */
export class Turn implements Disposable {
  readonly #slots: Slots
  readonly #work: Work
  #release: Release
  #resume: (() => void) | undefined
  #asking = 0
  #isOver = false

  /** `release` gives back the slot that was taken for it. */
  constructor(slots: Slots, work: Work, release: Release) {
    this.#slots = slots
    this.#work = work
    this.#release = release
  }

  /** The same exchange, its client asked at leisure. How long that may take is for whoever asks it. */
  patient(exchange: Exchange): Exchange {
    const { asker } = exchange
    const ask = asker.answer?.bind(asker)
    if (ask === undefined) return exchange
    const answer: Asker['answer'] = async (question) => {
      using _pause = this.#pause()
      return await ask(question)
    }
    return { ...exchange, asker: { ...asker, answer } }
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#release()
  }

  #pause(): Disposable {
    this.#asking += 1
    if (this.#asking === 1) {
      this.#release()
      this.#resume = this.#work.hold()
    }
    return { [Symbol.dispose]: () => this.#goOn() }
  }

  #goOn(): void {
    this.#asking -= 1
    if (this.#asking > 0 || this.#isOver) return
    this.#release = this.#slots.retake()
    this.#resume?.()
  }
}
