/**
 * Reads `{"name": "…", "arguments": {…}}` as it grows. The grammar guarantees that form, so only the borders of the
 * arguments are looked for.
 */
export type ForcedCall =
  | { readonly at: 'name'; readonly text: string }
  | { readonly at: 'arguments'; readonly depth: number; readonly inString: boolean; readonly isEscaped: boolean }
  | { readonly at: 'end' }

export type ForcedCallPart =
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'arguments'; readonly text: string }
  | { readonly type: 'end' }

export const beginForcedCall: ForcedCall = { at: 'name', text: '' }

const head = /^\s*\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"arguments"\s*:\s*/

/** Pure step. The parts' `arguments` joined are the member's JSON text, byte for byte. */
export function stepForcedCall(call: ForcedCall, text: string): readonly [ForcedCall, readonly ForcedCallPart[]] {
  switch (call.at) {
    case 'name': {
      const whole = call.text + text
      const match = head.exec(whole)
      // Until more than the head is there, its closing white space may still grow.
      if (match?.[1] === undefined || match[0].length === whole.length) return [{ at: 'name', text: whole }, []]
      const opened: ForcedCall = { at: 'arguments', depth: 0, inString: false, isEscaped: false }
      const [next, parts] = stepForcedCall(opened, whole.slice(match[0].length))
      return [next, [{ type: 'name', name: String(JSON.parse(match[1])) }, ...parts]]
    }
    case 'arguments':
      return stepArguments(call, text)
    case 'end':
      return [call, []]
  }
}

type Cursor = Extract<ForcedCall, { at: 'arguments' }>

function stepArguments(call: Cursor, text: string): readonly [ForcedCall, readonly ForcedCallPart[]] {
  let cursor = call
  for (let index = 0; index < text.length; index += 1) {
    cursor = stepCharacter(cursor, text.charAt(index))
    if (cursor.depth > 0) continue
    return [{ at: 'end' }, [{ type: 'arguments', text: text.slice(0, index + 1) }, { type: 'end' }]]
  }
  return [cursor, text === '' ? [] : [{ type: 'arguments', text }]]
}

function stepCharacter(cursor: Cursor, character: string): Cursor {
  if (!cursor.inString) {
    return { ...cursor, inString: character === '"', depth: cursor.depth + nesting(character) }
  }
  if (cursor.isEscaped) return { ...cursor, isEscaped: false }
  return { ...cursor, inString: character !== '"', isEscaped: character === '\\' }
}

function nesting(character: string): number {
  if (character === '{' || character === '[') return 1
  return character === '}' || character === ']' ? -1 : 0
}
