import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** Nearer than this to the end counts as there, in CSS pixels. */
const nearPx = 48

export interface ScrollParts {
  readonly scroller: HTMLElement
  /** What grows in it. */
  readonly content: HTMLElement
}

/**
 * Keeps the end in view while the reader is there, and leaves a reader alone who has scrolled up. The host calls `attach`
 * once it has rendered.
 */
export class ScrollFollower implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #parts: ScrollParts | undefined
  #observer: ResizeObserver | undefined
  #follows = true
  #lastTop = 0

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  /** Whether the reader is at the end. */
  get isAtEnd(): boolean {
    return this.#follows
  }

  attach(parts: ScrollParts): void {
    if (this.#parts?.scroller === parts.scroller && this.#observer !== undefined) return
    this.hostDisconnected()
    this.#parts = parts
    // Told after layout and before paint: what was appended is never seen below the edge.
    this.#observer = new ResizeObserver(() => this.#keep())
    this.#observer.observe(parts.content)
    this.#observer.observe(parts.scroller)
    parts.scroller.addEventListener('scroll', this.#onScroll, { passive: true })
  }

  hostDisconnected(): void {
    this.#observer?.disconnect()
    this.#observer = undefined
    this.#parts?.scroller.removeEventListener('scroll', this.#onScroll)
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
    else if (distanceToEnd(scroller) <= 0) this.#follow(true)
    this.#lastTop = scroller.scrollTop
  }

  readonly #onScroll = (): void => {
    const scroller = this.#parts?.scroller
    if (scroller === undefined) return
    // Growth may come before this event: only a way up says that the reader has left.
    const isUp = scroller.scrollTop < this.#lastTop
    this.#lastTop = scroller.scrollTop
    if (isUp && distanceToEnd(scroller) > 1) this.#follow(false)
    else if (distanceToEnd(scroller) < nearPx) this.#follow(true)
  }

  #follow(follows: boolean): void {
    if (this.#follows === follows) return
    this.#follows = follows
    this.#host.requestUpdate()
  }
}

const distanceToEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number =>
  scrollHeight - scrollTop - clientHeight
