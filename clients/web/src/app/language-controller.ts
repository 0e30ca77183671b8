import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { AppContext } from './app-context.ts'

interface Host extends ReactiveControllerHost {
  readonly context: AppContext
}

/** Renders its host again when the language changes. `new LanguageController(this)` in the constructor is all. */
export class LanguageController implements ReactiveController {
  readonly #host: Host
  #leave: (() => void) | undefined

  constructor(host: Host) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    this.#leave = this.#host.context.translate.onChange(() => this.#host.requestUpdate())
  }

  hostDisconnected(): void {
    this.#leave?.()
    this.#leave = undefined
  }
}
