import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { type ScrollPlace, stepFollowing } from './step-following.ts'

export interface ScrollParts {
  /** Has the class `following` while the end is kept in view. */
  readonly scroller: HTMLElement
  /** What grows in it. */
  readonly content: HTMLElement
}

/** So long after a wheel, a touch or a key, a way up is the reader's. */
const inputMs = 300
const inputs = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const

/**
 * Keeps the end in view while the reader is there, and leaves a reader alone who has scrolled up. The host calls `attach`
 * once it has rendered.
 */
export class ScrollFollower implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #parts: ScrollParts | undefined
  #leave: AbortController | undefined
  #follows = true
  #last: ScrollPlace = { top: 0, height: 0, windowHeight: 0 }
  #inputAt = Number.NEGATIVE_INFINITY

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  /** Whether the reader is at the end. */
  get isAtEnd(): boolean {
    return this.#follows
  }

  attach(parts: ScrollParts): void {
    if (this.#parts?.scroller === parts.scroller && this.#leave !== undefined) return
    this.hostDisconnected()
    this.#parts = parts
    this.#leave = new AbortController()
    const { signal } = this.#leave
    const options = { passive: true, signal }
    parts.scroller.addEventListener('scroll', () => this.#onScroll(parts), options)
    for (const type of inputs) parts.scroller.addEventListener(type, () => this.#onInput(), options)
    // Told after layout and before paint: what was appended is never seen below the edge.
    const observer = new ResizeObserver(() => this.#keep())
    observer.observe(parts.content)
    observer.observe(parts.scroller)
    signal.addEventListener('abort', () => observer.disconnect())
    parts.scroller.classList.toggle('following', this.#follows)
  }

  hostDisconnected(): void {
    this.#leave?.abort()
    this.#leave = undefined
  }

  /** Goes to the end and stays there. */
  toEnd(): void {
    this.#follow(true)
    this.#keep()
  }

  /** What is shown is to be read from its beginning. */
  toStart(): void {
    this.#follow(false)
    if (this.#parts !== undefined) this.#parts.scroller.scrollTop = 0
  }

  /** Stays where the reader was sent. */
  release(): void {
    this.#follow(false)
  }

  #keep(): void {
    const scroller = this.#parts?.scroller
    if (scroller === undefined) return
    if (this.#follows) scroller.scrollTop = scroller.scrollHeight
    this.#last = placeOf(scroller)
  }

  #onInput(): void {
    this.#inputAt = performance.now()
  }

  #onScroll({ scroller }: ScrollParts): void {
    const place = placeOf(scroller)
    const hadInput = performance.now() - this.#inputAt < inputMs
    const follows = stepFollowing(this.#follows, { before: this.#last, place, hadInput })
    this.#last = place
    this.#follow(follows)
  }

  #follow(follows: boolean): void {
    if (this.#follows === follows) return
    this.#follows = follows
    this.#parts?.scroller.classList.toggle('following', follows)
    this.#host.requestUpdate()
  }
}

const placeOf = ({ scrollTop, scrollHeight, clientHeight }: HTMLElement): ScrollPlace => ({
  top: scrollTop,
  height: scrollHeight,
  windowHeight: clientHeight,
})
