import { delayUs } from '../token.ts'

/** What happened to the tokens of a load, over all its answers. */
export interface Counts {
  readonly received: number
  /** Left out between two that came, or missing at the end of an answer that ended well. */
  readonly lost: number
  /** Came again, or after a later one. */
  readonly repeated: number
}

/** Times of a load, milliseconds, in the order they were taken. */
export interface Timings {
  readonly firstTokenMs: readonly number[]
  readonly gapMs: readonly number[]
  readonly oneWayMs: readonly number[]
}

/** Counts the tokens of one answer; the order of the places is the proof that none is missing. */
export interface AnswerTally {
  onToken(index: number, sentUs: number, nowUs: number): void
  /** The answer ended as it should. */
  end(): void
}

export class Tally {
  readonly #counts = { received: 0, lost: 0, repeated: 0 }
  readonly #timings = { firstTokenMs: [] as number[], gapMs: [] as number[], oneWayMs: [] as number[] }
  #lastTokenUs = 0

  /** Microseconds, the clock of `createClock`; 0 before the first token. */
  get lastTokenUs(): number {
    return this.#lastTokenUs
  }

  get counts(): Counts {
    return { ...this.#counts }
  }

  get timings(): Timings {
    return this.#timings
  }

  openAnswer(tokens: number, askedUs: number): AnswerTally {
    const [counts, timings] = [this.#counts, this.#timings]
    let next = 0
    let lastUs = 0
    return {
      onToken: (index, sentUs, nowUs) => {
        counts.received += 1
        if (index < next) {
          counts.repeated += 1
          return
        }
        counts.lost += index - next
        next = index + 1
        if (lastUs === 0) timings.firstTokenMs.push((nowUs - askedUs) / 1e3)
        else timings.gapMs.push((nowUs - lastUs) / 1e3)
        timings.oneWayMs.push(delayUs(sentUs, nowUs) / 1e3)
        lastUs = nowUs
        this.#lastTokenUs = nowUs
      },
      end: () => {
        counts.lost += tokens - next
      },
    }
  }
}
