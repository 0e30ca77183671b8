import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import type { Reading } from './stream-subject.ts'

/** What is wrong with the events of an answer by the contract of `ModelAdapter.generate`; nothing for most. Pure. */
export function eventProblems({ events, ending }: Reading): readonly string[] {
  const blocks = new Map<string, 'open' | 'ended'>()
  const problems: string[] = []
  for (const event of events) problems.push(...blockProblems(event, blocks), ...textProblems(event))
  const finishes = events.filter(({ type }) => type === 'finish').length
  if (ending.status !== 'finished') return finishes > 0 ? [...problems, 'finish before a failure'] : problems
  if (finishes !== 1 || events.at(-1)?.type !== 'finish')
    problems.push(`${finishes} finish events, last: ${events.at(-1)?.type}`)
  const open = [...blocks].filter(([, state]) => state === 'open').map(([id]) => id)
  if (open.length > 0) problems.push(`blocks without an end: ${open.join(', ')}`)
  return problems
}

function blockProblems(event: GenerateEvent, blocks: Map<string, 'open' | 'ended'>): readonly string[] {
  if (!('id' in event)) return []
  const { id, type } = event
  const state = blocks.get(id)
  if (type.endsWith('-start')) {
    blocks.set(id, 'open')
    return state === undefined ? [] : [`block ${id} begins twice`]
  }
  if (type === 'image' || type === 'image-partial') return []
  if (type.endsWith('-end')) blocks.set(id, 'ended')
  return state === 'open' ? [] : [`${type} of block ${id}, which is ${state ?? 'not begun'}`]
}

const textsOf = (event: GenerateEvent): readonly string[] =>
  Object.entries(event).flatMap(([, value]) => (typeof value === 'string' ? [value] : []))

function textProblems(event: GenerateEvent): readonly string[] {
  const ugly = textsOf(event).filter((text) => !text.isWellFormed() || text.includes('\0'))
  const counts = event.type === 'usage' ? Object.values(event.usage) : []
  const odd = counts.filter((count) => !Number.isSafeInteger(count) || count < 0)
  return [
    ...ugly.map((text) => `${event.type} holds text that is not portable: ${JSON.stringify(text).slice(0, 80)}`),
    ...odd.map((count) => `usage counts ${count}`),
  ]
}

/** The events with the deltas of each block joined: the same for any way of cutting the bytes. Pure. */
export function joinedEvents(events: readonly GenerateEvent[]): readonly GenerateEvent[] {
  const joined: GenerateEvent[] = []
  for (const event of events) {
    const last = joined.at(-1)
    const merged = last === undefined ? undefined : joinTwo(last, event)
    if (merged === undefined) joined.push(event)
    else joined[joined.length - 1] = merged
  }
  return joined
}

function joinTwo(last: GenerateEvent, next: GenerateEvent): GenerateEvent | undefined {
  if (!('id' in last) || !('id' in next) || last.id !== next.id || last.type !== next.type) return undefined
  if ('text' in last && 'text' in next) return { ...last, text: last.text + next.text }
  if (last.type === 'tool-call-delta' && next.type === 'tool-call-delta') {
    return { ...last, arguments: last.arguments + next.arguments }
  }
  return undefined
}
