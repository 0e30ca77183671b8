import type { DocumentProblem, Position } from './config-document.ts'

/** What JSON is made of (RFC 8259 §2), blanks included. */
const TOKEN = /[ \t\r\n]+|"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/gy

/** Why a text is no JSON, and where; undefined when it is. Never repeats the text, which may hold secrets. */
export function jsonFault(text: string): DocumentProblem | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const offset = foreignOffset(text) ?? toldOffset(error)
    const message = 'is not JSON here; it takes no comments, no single quotes and no comma before } or ]'
    return offset === undefined ? { message } : { position: positionOf(text, offset), message }
  }
}

/** Where something stands that no JSON may hold. */
function foreignOffset(text: string): number | undefined {
  let end = 0
  for (const token of text.matchAll(TOKEN)) end = token.index + token[0].length
  return end < text.length ? end : undefined
}

/** V8 says `at position 7` of what stands at a wrong place; not always. */
function toldOffset(error: unknown): number | undefined {
  const told = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined
  return told === undefined ? undefined : Number(told)
}

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
