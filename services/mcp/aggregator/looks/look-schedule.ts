import { HearthError } from '../../../common/errors/hearth-error.ts'
import { abortable } from '../../../common/lifecycle/abortable.ts'
import { JoinedWork } from './joined-work.ts'
import { calm, nextLook, SlowLane, type Unrest } from './look-gap.ts'
import { type Lane, LookLanes } from './look-lanes.ts'

export interface LookTimings {
  /** How often it is seen who is due. */
  readonly tickMs: number
  /** Between looks at one that runs; one that sleeps is woken only after `sleepingMs`. */
  readonly runningMs: number
  readonly sleepingMs: number
  /** After a failed first look, doubled each time up to `runningMs`. */
  readonly retryMs: number
}

export const lookTimings: LookTimings = {
  tickMs: 5000,
  runningMs: 15 * 60_000,
  sleepingMs: 24 * 3_600_000,
  retryMs: 30_000,
}

export interface LookScheduleDeps {
  /** Looks at the server and keeps what it found; rejects when it cannot be looked at. */
  readonly look: (server: string, signal: AbortSignal) => Promise<void>
  readonly isRunning: (server: string) => boolean
  /** 0 ≤ x < 1. */
  readonly random: () => number
  readonly timings: LookTimings
  /** Looks in the background at the same time, in each lane. */
  readonly parallel: number
}

/** So often in a row, and it waits behind others that are no better. */
const restlessStreak = 2

interface Watched {
  readonly work: JoinedWork
  unrest: Unrest
  timer: NodeJS.Timeout | undefined
  isQueued: boolean
  failures: number
  /** `performance.now()`. */
  lookedAtMs: number
  dueAtMs: number
}

/** When which upstream is looked at: when it says so, at first sight, from time to time, and at once when somebody waits. */
export class LookSchedule {
  readonly #deps: LookScheduleDeps
  readonly #watched = new Map<string, Watched>()
  readonly #lanes: LookLanes
  readonly #slowLane = new SlowLane()
  readonly #ended = new AbortController()
  #ticking: NodeJS.Timeout | undefined

  constructor(deps: LookScheduleDeps) {
    this.#deps = deps
    this.#lanes = new LookLanes(deps.parallel)
  }

  start(): void {
    this.#ticking = setInterval(() => this.#tick(), this.#deps.timings.tickMs).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticking)
    this.#ended.abort(new HearthError('gateway_draining', 'Hearth is stopping.'))
    this.#lanes.clear()
    const works = [...this.#watched.values()].map(({ work }) => work)
    for (const server of [...this.#watched.keys()]) this.forget(server)
    await Promise.all(works.map((work) => work.idle()))
  }

  /** From now on it is looked at from time to time, and at once, in the background, when nobody knows yet what it offers. */
  watch(server: string, isKnown: boolean): void {
    if (this.#ended.signal.aborted || this.#watched.has(server)) return
    this.#watched.set(server, this.#begin(server))
    if (!isKnown) this.soon(server)
  }

  forget(server: string): void {
    clearTimeout(this.#watched.get(server)?.timer)
    this.#watched.delete(server)
  }

  /** Forgets all others. */
  keepOnly(servers: ReadonlySet<string>): void {
    for (const server of [...this.#watched.keys()]) if (!servers.has(server)) this.forget(server)
  }

  /** In the background, when its turn comes. */
  soon(server: string): void {
    const watched = this.#watched.get(server)
    if (watched === undefined || watched.isQueued) return
    watched.isQueued = true
    this.#lanes.add(this.#laneOf(server, watched), async () => {
      watched.isQueued = false
      if (this.#watched.get(server) === watched) await watched.work.run()
    })
  }

  /** It said that its lists changed. */
  changed(server: string): void {
    const watched = this.#watched.get(server)
    if (watched === undefined || watched.timer !== undefined) return
    const now = performance.now()
    const { waitMs, streak } = nextLook(watched.unrest, now)
    watched.unrest = { ...watched.unrest, streak }
    const laneMs = streak >= restlessStreak ? this.#slowLane.wait(now) : 0
    watched.timer = setTimeout(
      () => {
        watched.timer = undefined
        this.soon(server)
      },
      Math.max(waitMs, laneMs),
    ).unref()
  }

  /** A look that begins now, or has not begun yet. @throws what the look throws, or the reason of `signal`. */
  async now(server: string, signal: AbortSignal): Promise<void> {
    await abortable(this.#of(server).work.run(), signal)
  }

  /** As `now`; one that is under way will do. */
  async once(server: string, signal: AbortSignal): Promise<void> {
    await abortable(this.#of(server).work.join(), signal)
  }

  #of(server: string): Watched {
    const watched = this.#watched.get(server)
    if (watched !== undefined) return watched
    throw new HearthError('tool_disabled', `The MCP server ${server} is not switched on.`)
  }

  #begin(server: string): Watched {
    const watched: Watched = {
      work: new JoinedWork(() => this.#look(server, watched)),
      unrest: calm,
      timer: undefined,
      isQueued: false,
      failures: 0,
      lookedAtMs: performance.now(),
      dueAtMs: this.#after(this.#deps.timings.runningMs),
    }
    return watched
  }

  async #look(server: string, watched: Watched): Promise<void> {
    try {
      await this.#deps.look(server, this.#ended.signal)
      watched.failures = 0
    } catch (error) {
      watched.failures++
      throw error
    } finally {
      const { retryMs, runningMs } = this.#deps.timings
      const waitMs = watched.failures === 0 ? runningMs : Math.min(runningMs, retryMs * 2 ** (watched.failures - 1))
      watched.lookedAtMs = performance.now()
      watched.unrest = { ...watched.unrest, lookedAtMs: watched.lookedAtMs }
      watched.dueAtMs = this.#after(waitMs)
    }
  }

  /** Spread, so that servers that were declared together are not looked at together. */
  #after(waitMs: number): number {
    return performance.now() + waitMs * (0.8 + 0.4 * this.#deps.random())
  }

  #tick(): void {
    const now = performance.now()
    for (const [server, watched] of this.#watched) {
      if (watched.dueAtMs > now) continue
      const isTime =
        watched.failures > 0 || this.#deps.isRunning(server) || now - watched.lookedAtMs > this.#deps.timings.sleepingMs
      if (isTime) this.soon(server)
      else watched.dueAtMs = this.#after(this.#deps.timings.runningMs)
    }
  }

  #laneOf(server: string, { failures }: Watched): Lane {
    if (this.#deps.isRunning(server)) return 'running'
    return failures > 0 ? 'failing' : 'waking'
  }
}
