import { isRecord } from './is-record.ts'

/** Where a value stands in a JSON value. */
export interface JsonPlace {
  readonly value: unknown
  /** Absent for the root. */
  readonly at?: { readonly parent: JsonPlace; readonly key: string | number }
}

/** A place that `isWanted`, whichever comes first. Iterative: the value may be deep. */
export function findPlace(root: unknown, isWanted: (place: JsonPlace) => boolean): JsonPlace | undefined {
  const open: JsonPlace[] = [{ value: root }]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (isWanted(place)) return place
    // One by one: a call takes only so many arguments, and a list may have more.
    for (const [key, value] of childrenOf(place.value)) open.push({ value, at: { parent: place, key } })
  }
  return undefined
}

/** From the root to the place. */
export function pathOf(place: JsonPlace): (string | number)[] {
  const path: (string | number)[] = []
  for (let { at } = place; at !== undefined; { at } = at.parent) path.push(at.key)
  return path.reverse()
}

function childrenOf(value: unknown): Iterable<readonly [string | number, unknown]> {
  if (Array.isArray(value)) return value.entries()
  return isRecord(value) ? Object.entries(value) : []
}
