import { requirementsOf } from './requirement.ts'

const browser = 'tests/browser/servers.test.ts'
const book = 'tests/web/servers/servers-book.test.ts'
const words = 'tests/web/servers/servers-words.test.ts'
const changes = 'tests/web/servers/changes.test.ts'
const form = 'tests/web/servers/tool-form.test.ts'
const result = 'tests/web/servers/result.test.ts'

/** The view Servers & tools of the page. */
export const pageServersRequirements = requirementsOf('deliver.7', 'mcp deliver 7', [
  [
    'page-servers',
    'The page shows how each server is, in words beside the colour, and finds servers and tools.',
    `${browser}: shows how each server is, in words, and finds servers and tools`,
    `${browser}: Ctrl K finds a server`,
    `${words}: has a word of its own for every state, beside its colour`,
    `${words}: calls off what is switched off, whatever its process still does, and asleep what nothing is known of`,
  ],
  [
    'page-polling',
    'What is shown is read every three seconds while it is looked at, and not else; what is old says so.',
    `${book}: are read while somebody looks, every three seconds, and not when nobody does`,
    `${book}: are not sent again, and not told again, while they stay the same`,
    `${book}: bring their tools again when their counts say so, and else seldom`,
    `${book}: say why they are old when they cannot be read, and go on trying`,
    `${browser}: is not read while nobody looks`,
  ],
  [
    'page-switches',
    'A switch of the page is pending until the house has confirmed it, and never shows a wish as the truth.',
    `${book}: is pending until the house has confirmed it, and shows no wish as the truth`,
    `${book}: shows what the house last said when it refuses, and throws why`,
    `${book}: is not turned back by a reading that began before it`,
    `${browser}: a switch is pending until the house has confirmed it, and shows what was switched elsewhere`,
    `${browser}: a switch that the house refuses stays as it was, and says why`,
    `${browser}: a server that is off says so, and its tools cannot be called`,
  ],
  [
    'page-review',
    'What waits for review is shown beside what was approved, and approved by exactly the hash that was looked at.',
    `${browser}: what has changed is shown beside what was approved, and approved by its hash`,
    `${book}: is approved by the hash that was looked at`,
    `${book}: is not approved when it has changed again meanwhile`,
    `${changes}: is as little as possible`,
    `${changes}: takes little time for long hostile texts`,
    `${changes}: shows only the parts that differ from what was approved`,
    `${changes}: shows all of a tool that was never approved, and of one whose approved form is not kept`,
  ],
  [
    'page-try',
    'A tool is tried out by a form made from its schema; its answer is texts, data and pictures, never markup.',
    `${browser}: calls a tool with what its form was given, and says what is missing before`,
    `${browser}: shows texts and pictures of a hostile server, and nothing of its markup`,
    `${browser}: a call that takes too long can be stopped`,
    `${form}: asks for what is needed, and sends an empty text and an empty list where they are`,
    `${form}: begins with the defaults of the schema`,
    `${form}: is one text where the schema cannot be laid out`,
    `${result}: is texts as they are, also where they look like markup`,
    `${result}: is pictures of the kinds a browser draws safely, and no others`,
  ],
  [
    'page-manage',
    'Servers are added, removed with 10 s to take it back, restarted and signed in at from the page; a command is shown whole.',
    `${browser}: a server is added by its address, removed, taken back, and removed for good`,
    `${browser}: a command is shown exactly before it is sent, and refused where the house does not take any`,
    `${browser}: a server is restarted, and its last calls are in the audit`,
    `${browser}: signs the house in where a server wants that, and shows where it leads before`,
    `${book}: that is being removed is out of sight, comes back when it is taken back, and else goes`,
    `${book}: comes back into sight when the house does not remove it`,
  ],
  [
    'page-rights',
    'Guests see no way to it; who may use tools tries them; who may change settings switches; an admin approves and reads the audit.',
    `${browser}: a guest sees no way here; a member may try tools, and switch nothing`,
  ],
  [
    'page-for-everybody',
    'The view is clean by axe, used by keyboard alone, fits a phone, and speaks English and German.',
    `${browser}: axe finds nothing serious, and the focus is seen everywhere: $name`,
    `${browser}: is used by keyboard alone`,
    `${browser}: speaks German`,
    `${words}: are the same in English and German: keys, their order, names in braces, forms`,
    `${words}: are all used`,
  ],
])
