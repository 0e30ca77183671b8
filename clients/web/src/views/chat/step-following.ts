/** Where a reader is in something that grows, CSS pixels. */
export interface ScrollPlace {
  readonly top: number
  readonly height: number
  readonly windowHeight: number
}

export interface ScrollMove {
  readonly before: ScrollPlace
  readonly place: ScrollPlace
  /** The reader has just touched a wheel, a key, the page. */
  readonly hadInput: boolean
}

/** Nearer than this to the end counts as there. */
const nearPx = 48

/**
 * Whether the end is followed after a move. Only a reader's way up leaves it: texts above that get shorter move the page up
 * too, but then its height has changed.
 */
export function stepFollowing(follows: boolean, { before, place, hadInput }: ScrollMove): boolean {
  const toEnd = place.height - place.top - place.windowHeight
  const isUp = place.top < before.top && (hadInput || place.height === before.height)
  if (isUp && toEnd > 1) return false
  return follows || toEnd < nearPx
}
