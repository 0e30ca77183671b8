import type { RunEvent } from '../../common/contracts/run-event.ts'
import { isSamePart } from '../../common/contracts/same-part.ts'

/**
 * The same events with adjacent deltas of one part joined: their texts in order, the number of the last, and that of the
 * first as `firstSequenceNumber`, so that ranges of numbers stay contiguous. Pure.
 */
export function joinDeltas(events: readonly RunEvent[]): readonly RunEvent[] {
  const joined: RunEvent[] = []
  for (let start = 0; start < events.length; ) {
    const end = endOfPart(events, start)
    joined.push(...joinRange(events.slice(start, end)))
    start = end
  }
  return joined
}

/** Index after the last of the deltas of one part that begin at `start`; `start` + 1 for any other event. */
function endOfPart(events: readonly RunEvent[], start: number): number {
  const first = events[start]?.message
  let end = start + 1
  if (first === undefined || !('delta' in first)) return end
  for (let next = events[end]?.message; next !== undefined && isSamePart(first, next); next = events[end]?.message) {
    end += 1
  }
  return end
}

/** One event, or deltas of one part. */
function joinRange(events: readonly RunEvent[]): readonly RunEvent[] {
  const [first, last] = [events[0], events.at(-1)]
  if (first === undefined || last === undefined || first === last || !('delta' in last.message)) return events
  const delta = events.map(({ message }) => ('delta' in message ? message.delta : '')).join('')
  const firstSequenceNumber = first.firstSequenceNumber ?? first.sequenceNumber
  return [{ sequenceNumber: last.sequenceNumber, firstSequenceNumber, message: { ...last.message, delta } }]
}
