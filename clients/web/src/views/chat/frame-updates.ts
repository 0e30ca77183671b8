import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { LiveAnswer } from '../../protocol/hearth-client.ts'

/** A window that is covered gets few frames or none; its text still grows, so that it is there when the reader looks. */
const longestWaitMs = 250

/** Renders its host once a frame while an answer grows: tokens of one frame are one update, and none waits longer. */
export class FrameUpdates implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #live: LiveAnswer | undefined
  #leave: (() => void) | undefined
  #cancel: (() => void) | undefined

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
      this.#cancel ??= this.#schedule()
    })
  }

  hostDisconnected(): void {
    this.#leave?.()
    this.#leave = undefined
    this.#cancel?.()
    this.#cancel = undefined
  }

  #schedule(): () => void {
    const cancel = () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
    const update = () => {
      cancel()
      this.#cancel = undefined
      this.#host.requestUpdate()
    }
    const frame = requestAnimationFrame(update)
    const timer = setTimeout(update, longestWaitMs)
    return cancel
  }
}
