/** Why a process is not ready (`blocking`), or what a person should know although it is. */
export interface ReadinessReason {
  readonly check: string
  readonly blocking: boolean
  readonly message: string
}

/** What the parts of this process report of themselves; `/readyz` shows it. One reason per check name. */
export class Readiness {
  readonly #reasons = new Map<string, ReadinessReason>()
  readonly #waiting = new Set<() => void>()

  report(check: string, message: string, blocking: boolean): void {
    this.#reasons.set(check, { check, blocking, message })
    this.#release()
  }

  clear(check: string): void {
    this.#reasons.delete(check)
    this.#release()
  }

  /** Resolves when nothing blocks (any more), or rejects with the reason of `signal`. */
  whenReady(signal: AbortSignal): Promise<void> {
    if (this.isReady()) return Promise.resolve()
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(onReady)
        reject(signal.reason)
      }
      const onReady = (): void => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      this.#waiting.add(onReady)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  #release(): void {
    if (!this.isReady()) return
    for (const onReady of this.#waiting) onReady()
    this.#waiting.clear()
  }

  reasons(): readonly ReadinessReason[] {
    return [...this.#reasons.values()]
  }

  isReady(): boolean {
    return this.reasons().every((reason) => !reason.blocking)
  }
}
