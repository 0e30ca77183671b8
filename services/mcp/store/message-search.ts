import type { PageRequest } from './store.ts'
import type { Found, Page } from './views.ts'

/** Resolves when the next step may be done. */
export type Rest = () => Promise<void>

/** Full text over titles and messages: on SQLite an index of its own, filled behind the appends. */
export interface MessageSearch {
  /** Indexes what these conversations have got since they were indexed, in steps so small that nobody waits long; `rest` between two. */
  index(conversations: readonly string[], signal: AbortSignal, rest: Rest): Promise<void>
  /** Indexes whatever was never indexed, oldest first, in the same steps. */
  catchUp(signal: AbortSignal, rest: Rest): Promise<void>
  /**
   * The owner's conversations in which all words stand, in the title or together in one message, best first; of the last
   * word its beginning is enough. Whatever the query is, it is taken as words. A page follows the order of its moment:
   * what is written between two pages may move a result across.
   */
  find(owner: string, query: string, page: PageRequest): Promise<Page<Found>>
}
