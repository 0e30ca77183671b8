import { type Requirement, requirementsOf } from './requirement.ts'

const tokens = 'tests/web/app/tokens.test.ts'
const messages = 'tests/web/app/messages.test.ts'
const pairing = 'tests/web/app/pairing.test.ts'
const list = 'tests/web/app/conversation-list.test.ts'
const frame = 'tests/browser/frame.test.ts'
const book = 'tests/web/app/conversation-book.test.ts'

/** The frame of the page, its pairing, settings and history. */
export const pageShellRequirements: readonly Requirement[] = requirementsOf('deliver.2', 'page deliver', [
  [
    'shell-address',
    'Every view has an address; a pairing link pairs, and its code is written nowhere.',
    'tests/web/app/route.test.ts: %s is read',
    'tests/web/app/route.test.ts: a pairing code never stands in an address that is written',
  ],
  [
    'shell-pairing',
    'A code is typed or pasted as people write it, the device has a name at once, and what is wrong is said.',
    `${pairing}: %j is read as %j`,
    `${pairing}: is shown in two groups`,
    `${pairing}: a wrong code is told as that`,
    `${pairing}: too many are told with when to try again, as the house says or else after its minute`,
  ],
  [
    'shell-languages',
    'English and German from one source of keys, chosen by the browser or by the reader, at once.',
    `${messages}: English and German have the same keys in the same order`,
    `${messages}: every message has the same names in braces in both languages, and is not empty`,
    `${messages}: changes the language when the wish changes, and says so`,
  ],
  [
    'shell-errors',
    'Every code of the house is a sentence in the language of the reader that says what to do.',
    `${messages}: every code of the house has a sentence that ends as one`,
    `${messages}: a known code is told in the language of the reader, with how long to wait`,
    `${messages}: an unknown code (%j) keeps the words of the house`,
  ],
  [
    'shell-contrast',
    'Light and dark are readable at every accent hue.',
    `${tokens}: every text can be read on every ground it stands on, light and dark, at every accent hue`,
    `${tokens}: the edge of a control and the ring of the focus can be seen`,
  ],
  [
    'shell-connection',
    'A lost connection is a quiet line that says what happens next.',
    'tests/web/app/describe-connection.test.ts: says %s',
  ],
  [
    'shell-undo',
    'What was deleted can be taken back for 10 seconds.',
    'tests/web/app/notice-board.test.ts: what can be undone stays for 10 seconds and then expires, once',
    'tests/web/app/notice-board.test.ts: what was taken back never expires',
    'tests/web/app/notice-board.test.ts: leaving the page makes all of them so',
    'tests/web/app/notice-board.test.ts: however many are deleted one after another, each can be taken back for its 10 seconds',
    `${book}: what is deleted is out of sight first, and back when it could not be`,
    `${frame}: what was deleted can be taken back, and is gone when the page is left before`,
  ],
  [
    'shell-history',
    'The history is grouped by day, searched, renamed and deleted, and follows what other devices do.',
    `${list}: yesterday is a calendar day, also over the change of the clocks and of the year`,
    `${book}: reads page after page as the reader scrolls, each once`,
    `${book}: another device asks, renames and removes: the list follows`,
    `${book}: after a lost connection what happened meanwhile is read again`,
    `${book}: asks when there is a pause, and only the last words count`,
  ],
  [
    'shell-find',
    'Ctrl or ⌘ K finds conversations and places.',
    `${book}: offers recent conversations and every place before anything is typed`,
    `${book}: then places by name and what the house found, each with where it leads`,
    `${frame}: a pairing link on a device that is in says so, and Ctrl K leads to any view`,
  ],
  [
    'shell-keyboard',
    'The list is used by keyboard alone, and the focus is never lost.',
    `${frame}: the list is walked, its menu opened and left, a row renamed, and the focus is never lost`,
  ],
  [
    'shell-appearance',
    'Language, theme and accent act at once and are kept in the browser.',
    `${frame}: theme and accent act at once, and are kept when the page is loaded again`,
    'tests/web/app/preferences.test.ts: are kept, told to whoever listens, and read by the next page',
  ],
])
