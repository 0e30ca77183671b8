import { type Requirement, requirementsOf } from './requirement.ts'

const session = (name: string): string => `tests/web/chat/chat-session.test.ts: ${name}`
const elsewhere = (name: string): string => `tests/web/chat/chat-elsewhere.test.ts: ${name}`
const tree = (name: string): string => `tests/web/chat/conversation-tree.test.ts: ${name}`
const view = (name: string): string => `tests/web/chat/answer-view.test.ts: ${name}`
const words = (name: string): string => `tests/web/chat/waiting-text.test.ts: ${name}`
const composer = (name: string): string => `tests/web/chat/composer.test.ts: ${name}`
const facts = (name: string): string => `tests/web/chat/answer-facts.test.ts: ${name}`
const following = (name: string): string => `tests/web/chat/step-following.test.ts: ${name}`

/** The chat view. */
export const chatViewRequirements: readonly Requirement[] = requirementsOf('deliver.8', 'page deliver 1', [
  [
    'asking',
    'A question is on the page at once, its answer grows under it, and history takes both over without a flicker.',
    session('shows the question at once, the answer as it grows, and gets its id from the house'),
    session('becomes history without a change of its elements, however late history knows it'),
    session('names no place for a question while nobody knows what was said before'),
    session('keeps the bytes of a picture and the time of thinking when history takes over'),
    view('has the same parts while it is given and when it is kept'),
  ],
  [
    'branches',
    'Retry and edit make branches; each message says which of how many it is, and the newest is shown by default.',
    session('edits the first question as a branch before everything'),
    session('asks a later question again after the answer before it'),
    session('forgets a question that never reached the house when it is asked again'),
    'tests/web/chat/question-again.test.ts: is not asked where the reader went while its pictures were fetched',
    tree('shows the branch with the newest message'),
    tree('says which of how many versions each message is'),
    tree('leads to any message that is chosen, and only along parents and children'),
  ],
  [
    'windows',
    'Two windows see the same conversation, tokens too; a reload in the middle of an answer shows the whole of it.',
    elsewhere('a question of another window is followed, and becomes history'),
    elsewhere('an own question is not taken for one of another window, whichever news comes first'),
    elsewhere('a page loaded in the middle of an answer follows it from its beginning'),
    elsewhere('a new connection reads the history again and follows what is being given'),
    elsewhere('an answer whose rest is not streamed any more comes whole when it is there'),
    elsewhere('an answer that the house lost in the middle says so, and keeps what came'),
    elsewhere('a removed conversation is gone'),
    elsewhere('a question that the house never took is there when the reader comes back'),
  ],
  [
    'waiting',
    'While an answer waits, the page names for what.',
    words('names the phase, how far it is and which try it is'),
    words('names the place in the lane, and a connection that is not there'),
    view('the house, its lane, the target, and then nothing'),
  ],
  [
    'following',
    'The page follows a growing answer only while the reader is at the end.',
    following('ends with a way up of the reader, however short'),
    following('goes on when the page grows, or moves up because something got shorter'),
    following('begins again near the end, not on the way up to it'),
  ],
  [
    'composer',
    'Enter sends, Shift Enter breaks, Escape stops, arrow up edits the last; drafts outlive a reload.',
    composer('Enter sends, Shift Enter does not, nor does the Enter of an input method'),
    composer('Escape ends an edit first, then stops an answer, else does nothing'),
    composer('arrow up edits the last question from an empty composer only'),
    composer('are kept for each conversation over a reload, and go when they are empty'),
    words('says why, and is not blocked while the connection is made again'),
  ],
  [
    'attachments',
    'Pictures and text files are attached within the limits of the house, or a sentence says why not.',
    composer('takes the pictures that models take, and text by type or by name'),
    composer('says what is wrong with the others'),
    composer('no file closes its own fence'),
    composer('keeps the pictures of each conversation for it, also when a new one gets its id'),
    composer('gives back what was attached when an edit is over, however it ends'),
    composer('show the newest version over the one before and give every address back'),
  ],
  [
    'details',
    'The details of an answer tell model, target, attempts, times and pace; a listener hears that it began and ended.',
    facts('are those of the attempt that answered, whatever order they come in'),
    facts('tell no pace that was not measured'),
    facts('that an answer begins and how it ended'),
  ],
])
