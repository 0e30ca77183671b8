import type { BodyStep, Piece, Wire } from './body-step.ts'
import type { Scenario } from './scenario.ts'
import { brokenCharacters } from './words.ts'

const megabyte = 1024 * 1024

/** The body of one streamed answer with the scenario's fault in its place, the same place on every wire. */
export function* placeFault(wire: Wire, scenario: Scenario): Generator<BodyStep> {
  const instead = insteadOfAnAnswer(wire, scenario)
  if (instead !== undefined) return yield instead
  let tokens = 0
  let finished = false
  for (const piece of wire.pieces) {
    if (endsBefore(piece, tokens, scenario)) return
    if (piece.part === 'token' && tokens++ === scenario.after) yield* faultInText(wire, scenario)
    if (finished) yield* faultAfterFinish(scenario)
    finished = piece.part === 'finish'
    yield* bytesOf(piece, scenario)
  }
}

function insteadOfAnAnswer(wire: Wire, { fault }: Scenario): BodyStep | undefined {
  if (fault === 'silence-after-headers') return { do: 'stall' }
  if (fault === 'comments-only') return { do: 'comments', text: wire.comment }
  if (fault === 'done-only') return wire.emptyEnd
  return fault === 'error-first' ? wire.error : undefined
}

/** `end-without-terminator`: after so many tokens, or where the vendor would have said that all is done. */
function endsBefore({ part }: Piece, tokens: number, { fault, after }: Scenario): boolean {
  if (fault === 'end-after-role') return part !== 'frame'
  if (fault !== 'end-without-terminator') return false
  return part === 'token' ? tokens === after : part === 'finish' || part === 'end'
}

function* faultInText(wire: Wire, { fault }: Scenario): Generator<BodyStep> {
  switch (fault) {
    case 'stall-mid-stream':
      return yield { do: 'stall' }
    case 'reset-mid-stream':
      return yield { do: 'reset' }
    case 'error-mid-stream':
      return yield wire.error
    case 'error-other-form':
      return yield wire.otherError
    case 'malformed-json':
      return yield wire.malformed
    case 'line-17mb':
      yield wire.linePrefix
      return yield* Array.from({ length: 17 }, () => 'x'.repeat(megabyte))
    default:
  }
}

function* faultAfterFinish({ fault }: Scenario): Generator<BodyStep> {
  if (fault === 'stall-after-finish') yield { do: 'stall' }
  if (fault === 'reset-after-finish') yield { do: 'reset' }
}

/** A four-byte character cut by the write, then a byte that never occurs in UTF-8. */
function* bytesOf({ part, body }: Piece, { fault }: Scenario): Generator<BodyStep> {
  const [before, after] = fault === 'invalid-utf8' && part === 'token' ? body.split(brokenCharacters) : []
  if (before === undefined || after === undefined) return yield body
  yield Uint8Array.from([...Buffer.from(before), 0xf0, 0x9f])
  yield Uint8Array.from([0x94, 0xa5, 0xff, ...Buffer.from(after)])
}
