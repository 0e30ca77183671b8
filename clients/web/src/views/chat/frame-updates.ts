import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { LiveAnswer } from '../../protocol/hearth-client.ts'

/** Renders its host once a frame while an answer grows: tokens of one frame are one update, and none waits longer. */
export class FrameUpdates implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #live: LiveAnswer | undefined
  #leave: (() => void) | undefined
  #frame: number | undefined

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  /** The answer to watch from now on; undefined: none. */
  follow(live: LiveAnswer | undefined): void {
    if (live === this.#live && this.#leave !== undefined) return
    this.hostDisconnected()
    this.#live = live
    this.#leave = live?.onChange(() => {
      this.#frame ??= requestAnimationFrame(() => {
        this.#frame = undefined
        this.#host.requestUpdate()
      })
    })
  }

  hostDisconnected(): void {
    this.#leave?.()
    this.#leave = undefined
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#frame = undefined
  }
}
