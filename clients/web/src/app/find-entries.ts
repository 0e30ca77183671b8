import type { Conversation, Found } from '../protocol/rest-api.ts'
import type { Route } from './route.ts'

/** Something that can be found: where it leads, and the group it stands in. */
export interface FindEntry {
  readonly id: string
  readonly group: 'goTo' | 'conversations' | 'recent'
  readonly text: string
  readonly snippet?: string
  readonly route: Route
}

/** A place of the page with the name it has in the language in use. */
export interface Place {
  readonly text: string
  readonly route: Route
}

/** Without a query: recent conversations, then every place. With one: places whose name has it, then what the house found. */
export function findEntries(
  query: string,
  { places, recent, found }: { places: readonly Place[]; recent: readonly Conversation[]; found: readonly Found[] },
): readonly FindEntry[] {
  const wanted = query.trim().toLowerCase()
  const goTo = places
    .filter(({ text }) => text.toLowerCase().includes(wanted))
    .map(({ text, route }, index) => ({ id: `go-${index}`, group: 'goTo' as const, text, route }))
  if (wanted === '') return [...recent.map(recentEntry), ...goTo]
  return [...goTo, ...found.map(foundEntry)]
}

function recentEntry({ id, title }: Conversation): FindEntry {
  return { id: `recent-${id}`, group: 'recent', text: title, route: { view: 'chat', conversation: id } }
}

function foundEntry({ conversation, messageId, snippet }: Found): FindEntry {
  const message = messageId === null ? {} : { message: messageId }
  return {
    id: `found-${conversation.id}`,
    group: 'conversations',
    text: conversation.title,
    snippet,
    route: { view: 'chat', conversation: conversation.id, ...message },
  }
}
