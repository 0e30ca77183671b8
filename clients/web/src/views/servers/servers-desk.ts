import type { AppContext } from '../../app/app-context.ts'
import { errorText } from '../../app/error-text.ts'
import { failureOf } from '../../protocol/hearth-failure.ts'
import type { ServersApi } from './servers-api.ts'
import type { ServersBook } from './servers-book.ts'
import type { Words } from './words.ts'

/** What every element of this view is given, as its property `desk`. */
export interface ServersDesk {
  readonly context: AppContext
  readonly words: Words
  readonly book: ServersBook
  readonly api: ServersApi
}

/** Does something at the house, and says what came of it. */
export async function doAndSay({ context }: ServersDesk, act: () => Promise<void>, done?: string): Promise<void> {
  try {
    await act()
    if (done !== undefined) context.notify({ text: done })
  } catch (error) {
    context.notify({ text: errorText(failureOf(error), context.translate), tone: 'danger' })
  }
}
