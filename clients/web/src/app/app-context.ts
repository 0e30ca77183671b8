import type { Scope } from '../../../../services/common/contracts/principal.ts'
import type { HearthClient } from '../protocol/hearth-client.ts'
import type { Preferences } from './preferences.ts'
import type { Route } from './route.ts'
import type { Translate } from './translate.ts'

/** What every view is given, as its property `context`. One object for the life of the page. */
export interface AppContext {
  readonly client: HearthClient
  readonly preferences: Preferences
  /** The text of a message in the language in use; views render again when that changes. */
  readonly translate: Translate
  readonly route: () => Route
  /** What this device may do, as the house last said; `admin` includes all others. It decides what is offered, no more. */
  readonly may: (scope: Scope) => boolean
  /** Told when `may` answers otherwise. */
  onRights(listener: () => void): () => void
  go(route: Route): void
  /** Says something for a while, at the edge; with `undo` an act can be taken back for 10 s before `onExpired` makes it so. */
  notify(notice: Notice): void
}

export interface Notice {
  readonly text: string
  readonly tone?: 'info' | 'danger'
  readonly undo?: () => void
  /** The 10 s are over, or the page is left: do it now. */
  readonly onExpired?: () => void
}
