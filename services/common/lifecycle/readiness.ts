/** Why a process is not ready (`blocking`), or what a person should know although it is. */
export interface ReadinessReason {
  readonly check: string
  readonly blocking: boolean
  readonly message: string
}

/** What the parts of this process report of themselves; `/readyz` shows it. One reason per check name. */
export class Readiness {
  readonly #reasons = new Map<string, ReadinessReason>()

  report(check: string, message: string, blocking: boolean): void {
    this.#reasons.set(check, { check, blocking, message })
  }

  clear(check: string): void {
    this.#reasons.delete(check)
  }

  reasons(): readonly ReadinessReason[] {
    return [...this.#reasons.values()]
  }

  isReady(): boolean {
    return this.reasons().every((reason) => !reason.blocking)
  }
}
