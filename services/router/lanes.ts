import { LiveMap } from '../common/collections/live-map.ts'
import { abortable } from '../common/lifecycle/abortable.ts'

/** A place in a lane. */
export interface Seat<Occupant> {
  readonly occupant: Occupant
  /** Those in front that have not left. 0: it is this one's turn. */
  position(): number
  /** Resolves when everyone in front has left; rejects with the signal's reason. */
  turn(signal: AbortSignal): Promise<void>
  /** Lets the next one go. Idempotent. */
  leave(): void
}

/** First in, first out inside a lane; lanes do not know each other. A lane without occupants takes no memory. */
export class Lanes<Occupant> {
  readonly #lanes = new LiveMap<string, LaneSeat<Occupant>[]>()

  occupants(lane: string): readonly Occupant[] {
    return (this.#lanes.get(lane) ?? []).map((seat) => seat.occupant)
  }

  enter(lane: string, occupant: Occupant): Seat<Occupant> {
    const seats = this.#lanes.get(lane) ?? []
    const { promise, resolve } = Promise.withResolvers<void>()
    const seat: LaneSeat<Occupant> = {
      occupant,
      call: resolve,
      position: () => Math.max(0, seats.indexOf(seat)),
      turn: (signal) => abortable(promise, signal),
      leave: () => this.#leave(lane, seats, seat),
    }
    seats.push(seat)
    this.#lanes.set(lane, seats)
    if (seats.length === 1) resolve()
    return seat
  }

  #leave(lane: string, seats: LaneSeat<Occupant>[], seat: LaneSeat<Occupant>): void {
    const index = seats.indexOf(seat)
    if (index < 0) return
    seats.splice(index, 1)
    seats[0]?.call()
    if (seats.length === 0 && this.#lanes.get(lane) === seats) this.#lanes.delete(lane)
  }
}

interface LaneSeat<Occupant> extends Seat<Occupant> {
  readonly call: () => void
}
