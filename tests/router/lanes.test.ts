import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lanes, type Seat } from '../../services/router/lanes.ts'

interface Standing {
  readonly seat: Seat<number>
  readonly giveUp: AbortController
}

/** Lanes, and what a simple model says of them. */
class LanesBesideModel {
  readonly #lanes = new Lanes<number>()
  readonly #model = new Map<string, Standing[]>()
  readonly #served = new Set<number>()
  #next = 0

  enter(lane: string): void {
    const number = this.#next
    this.#next += 1
    const line = this.#model.get(lane) ?? []
    const standing = { seat: this.#lanes.enter(lane, number), giveUp: new AbortController() }
    expect(standing.seat.position()).toBe(line.length)
    this.#model.set(lane, [...line, standing])
    standing.seat.turn(standing.giveUp.signal).then(
      () => this.#served.add(number),
      () => undefined,
    )
  }

  /** The first one is done, or any one gives up; leaving twice is leaving once. */
  leave(lane: string, which: number): void {
    const line = this.#model.get(lane) ?? []
    const gone = line[which % Math.max(1, line.length)]
    if (gone === undefined) return
    if (gone !== line[0]) gone.giveUp.abort()
    gone.seat.leave()
    gone.seat.leave()
    this.#model.set(
      lane,
      line.filter((standing) => standing !== gone),
    )
  }

  check(): void {
    for (const [lane, line] of this.#model) {
      const seats = line.map(({ seat }) => seat)
      expect(this.#lanes.occupants(lane)).toEqual(seats.map(({ occupant }) => occupant))
      expect(seats.map((seat) => seat.position())).toEqual(seats.map((_, index) => index))
      expect(seats.map(({ occupant }) => this.#served.has(occupant))).toEqual(seats.map((_, index) => index === 0))
    }
  }
}

test('in any order of entering, leaving and giving up, a lane is FIFO and lanes are independent', async () => {
  const seed = Date.now() & 0x7fffffff
  console.info(`seed ${seed}`)
  const act = fc.record({ lane: fc.constantFrom('a', 'b', 'c'), enters: fc.boolean(), which: fc.nat(9) })
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const lanes = new LanesBesideModel()
      for (const { lane, enters, which } of acts) {
        if (enters) lanes.enter(lane)
        else lanes.leave(lane, which)
        await new Promise(setImmediate)
        lanes.check()
      }
    }),
    { seed },
  )
})
