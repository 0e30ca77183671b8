/** Who runs is asked at once; who was never looked at may have to be started; who failed last time may fail slowly again. */
export type Lane = 'running' | 'waking' | 'failing'

interface Line {
  readonly waiting: (() => Promise<void>)[]
  active: number
}

/**
 * So many looks at the same time in each lane, first come first served: servers that do not answer hold up one another, and
 * nobody else. Its users wait for their turn, each with one look, so it needs no bound.
 */
export class LookLanes {
  readonly #parallel: number
  readonly #lines: Readonly<Record<Lane, Line>> = {
    running: { waiting: [], active: 0 },
    waking: { waiting: [], active: 0 },
    failing: { waiting: [], active: 0 },
  }

  constructor(parallel: number) {
    this.#parallel = parallel
  }

  add(lane: Lane, look: () => Promise<void>): void {
    const line = this.#lines[lane]
    line.waiting.push(look)
    this.#pump(line)
  }

  /** Nobody who still waits is looked at. */
  clear(): void {
    for (const line of Object.values(this.#lines)) line.waiting.length = 0
  }

  #pump(line: Line): void {
    while (line.active < this.#parallel) {
      const look = line.waiting.shift()
      if (look === undefined) return
      line.active++
      // What failed is told by the state of the upstream, and tried again when it is due.
      void Promise.allSettled([look()]).then(() => {
        line.active--
        this.#pump(line)
      })
    }
  }
}
