import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** Whether a media query matches; its host renders again when that changes. */
export class MediaQueryController implements ReactiveController {
  readonly #query: MediaQueryList
  readonly #onChange: () => void

  constructor(host: ReactiveControllerHost, query: string) {
    this.#query = window.matchMedia(query)
    this.#onChange = () => host.requestUpdate()
    host.addController(this)
  }

  get matches(): boolean {
    return this.#query.matches
  }

  hostConnected(): void {
    this.#query.addEventListener('change', this.#onChange)
  }

  hostDisconnected(): void {
    this.#query.removeEventListener('change', this.#onChange)
  }
}
