import type { ChangeBus, Doorbell, SettingKind, Settings, SettingsVersion, Snapshot } from '../contracts/settings.ts'
import type { Part } from '../lifecycle/part.ts'
import type { Readiness } from '../lifecycle/readiness.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Of other kinds a snapshot holds nothing: upstreams that change all the time would have it read each time. */
const isInSnapshot = (kind: SettingKind): boolean => kind === 'profiles' || kind === 'users' || kind === 'credentials'

export interface SettingsMirrorDeps {
  readonly settings: Settings
  readonly bus: ChangeBus
  readonly readiness: Readiness
  readonly log: Logger
  /** Re-read without a doorbell. Default 15,000 ms. */
  readonly pollMs?: number
}

/**
 * A consumer's copy of the effective settings. Re-reads after every subscribe acknowledgement, on a newer doorbell and
 * on a slow poll; swaps the whole snapshot at once; a failed read leaves the old one serving and is reported.
 */
export class SettingsMirror implements Part {
  readonly name = 'settings'
  readonly #deps: SettingsMirrorDeps
  readonly #listeners = new Set<(snapshot: Snapshot) => void>()
  readonly #ended = new AbortController()
  #current: Snapshot | undefined
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<void> | undefined
  #again = false
  /** One line in the log per reason, not one per try. */
  #lastFailure: string | undefined

  constructor(deps: SettingsMirrorDeps) {
    this.#deps = deps
  }

  /** The snapshot now; a run keeps the one it began with. Undefined before the first read. */
  current(): Snapshot | undefined {
    return this.#current
  }

  /** Calls `listener` after every swap until `signal` aborts. */
  onSwap(listener: (snapshot: Snapshot) => void, signal: AbortSignal): void {
    this.#listeners.add(listener)
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true })
  }

  /** Resolves at once: the first read may have to wait for mcp, readiness tells until then. */
  async start(): Promise<void> {
    this.#deps.readiness.report('settings', 'No settings have been read from mcp yet.', true)
    const listener = {
      onMessage: (ring: Doorbell) => {
        if (ring.kinds.some(isInSnapshot) && isNewer(ring, this.#current)) void this.refresh()
      },
      onSubscribed: () => void this.refresh(),
    }
    this.#deps.bus.subscribe('settings', listener, this.#ended.signal)
    await this.refresh()
  }

  async stop(): Promise<void> {
    this.#ended.abort()
    clearTimeout(this.#timer)
    await this.#reading
  }

  /** Reads now; calls during a read are joined into one more read after it. Never throws. */
  refresh(): Promise<void> {
    this.#again = true
    this.#reading ??= this.#readUntilQuiet().finally(() => {
      this.#reading = undefined
      this.#scheduleNext()
    })
    return this.#reading
  }

  async #readUntilQuiet(): Promise<void> {
    while (this.#again && !this.#ended.signal.aborted) {
      this.#again = false
      await this.#readOnce()
    }
  }

  async #readOnce(): Promise<void> {
    try {
      const next = await this.#deps.settings.snapshot(this.#current, this.#ended.signal)
      this.#deps.readiness.clear('settings')
      this.#lastFailure = undefined
      if (next !== undefined) this.#swap(next)
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#reportFailure(error instanceof Error ? error.message : String(error))
    }
  }

  #reportFailure(message: string): void {
    const isFirst = this.#current === undefined
    this.#deps.readiness.report('settings', `Settings cannot be read from mcp: ${message}`, isFirst)
    if (message !== this.#lastFailure) {
      this.#deps.log.warn(`${isFirst ? 'no settings yet' : 'settings not refreshed, the old ones serve'}: ${message}`)
    }
    this.#lastFailure = message
  }

  #swap(next: Snapshot): void {
    this.#current = next
    for (const listener of this.#listeners) listener(next)
  }

  #scheduleNext(): void {
    clearTimeout(this.#timer)
    if (this.#ended.signal.aborted) return
    const pollMs = this.#deps.pollMs ?? 15_000
    this.#timer = setTimeout(() => void this.refresh(), this.#current === undefined ? Math.min(500, pollMs) : pollMs)
  }
}

const isNewer = (ring: SettingsVersion, known: SettingsVersion | undefined): boolean =>
  known === undefined || ring.epoch !== known.epoch || ring.revision > known.revision
