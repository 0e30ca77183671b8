import { type Requirement, requirementsOf } from './requirement.ts'

const served = 'tests/gateway/http/console.test.ts'
const encoding = 'tests/gateway/http/choose-encoding.test.ts'
const brought = 'tests/scripts/page.system.test.ts'
const answers = 'tests/browser/answers.test.ts'
const comeBack = 'tests/browser/return.test.ts'
const speed = 'tests/browser/speed.test.ts'
const access = 'tests/browser/access.test.ts'

const delivered = requirementsOf('deliver.1', 'page deliver', [
  [
    'page-served',
    'The gateway serves the built page: hashed assets for ever, the rest asked for again, compressed at build, by ETag.',
    `${served}: serves %s as %s, %s`,
    `${served}: comes in the encoding that the client likes, from what the build left`,
    `${served}: is not sent again to who has it`,
    `${served}: has a new tag for new content`,
    `${served}: answers HEAD like GET, without the body`,
    `${served}: is no page without its start page or its folder`,
    `${encoding}: for %j: %s`,
    `${encoding}: nothing that is not there`,
  ],
  [
    'page-policy',
    'The page is under a strict Content-Security-Policy with Trusted Types, and no path leads out of its folder.',
    `${served}: is served at / and never kept without asking, under a policy that allows nothing from elsewhere`,
    `${served}: has nothing beside its files, hidden or compressed ones neither, whatever the path`,
    `${served}: is refused to other hosts and foreign origins, as everything here`,
  ],
  [
    'page-built',
    'npm start builds the page when it is missing or its sources changed, where the gateway runs; Hearth starts without it.',
    `${brought}: is built by npm start once, and again when a source has changed`,
    `${brought}: is built only where the gateway runs`,
    `${brought}: that cannot be built is said, and Hearth starts without it`,
    `${brought}: counts every source, the locked packages and the way of building, and nothing that was built`,
    `${brought}: is nothing where there are no sources`,
  ],
  [
    'page-browser',
    'npm test uses the browser of the machine, brings Debian’s where it may, and says why the tests of the page are skipped.',
    `${brought}: is missed with a reason where nothing can bring it`,
    `${brought}: is used as it is, under any of its names`,
    `${brought}: is installed from Debian by root, once`,
    `${brought}: is missed with a reason when apt-get fails`,
  ],
])

const behaves = requirementsOf('accept.1', 'page acceptance 1', [
  [
    'page-pairs',
    'A link pairs once and leaves no code behind; a wrong code says so.',
    `${answers}: is entered by a link, which works once and leaves no code behind`,
    `${answers}: says so when a code is wrong, and takes the right one then`,
  ],
  [
    'page-streams',
    'Tokens appear one by one in order, an answer can be stopped, a picture sharpens in at least three steps.',
    `${answers}: shows the tokens of an answer one by one, in order`,
    `${answers}: stops an answer where Send was, or by Escape, and keeps what came`,
    `${answers}: sharpens a picture in at least three steps, in one box`,
    `${answers}: tells the details of an answer, asks again and edits as new versions`,
  ],
  [
    'page-comes-back',
    'A reload mid-answer shows the whole answer; windows and devices see the same; a killed and restarted server heals.',
    `${comeBack}: is whole after the page was loaded again in the middle of an answer`,
    `${comeBack}: streams in two windows of one device and on another device, whoever asks`,
    `${comeBack}: is found, renamed and deleted the same on every device at once`,
    `${comeBack}: heals without a reload after the server was killed and started again`,
  ],
])

const isForEverybody = requirementsOf('accept.2', 'page acceptance 2', [
  [
    'page-axe',
    'axe finds nothing serious in any view, in light and dark.',
    `${access}: axe finds nothing serious in any view: $name`,
  ],
  [
    'page-keyboard',
    'Every view works by keyboard alone, shows the focus, and moves nothing for who wants less motion.',
    `${access}: pairs, asks, stops, finds, renames, changes settings and signs out by keyboard alone`,
    `${access}: shows where the focus is at every stop of every view, %s`,
    `${access}: moves nothing for who wants less motion`,
  ],
  [
    'page-languages',
    'The page speaks English and German.',
    `${access}: speaks German, and English, as the browser does`,
  ],
])

const isQuick = requirementsOf('accept.3', 'page acceptance 3', [
  [
    'page-weight',
    'The first load is under 150 KB compressed and can be used within a second.',
    `${speed}: weighs less than 150 KB compressed at its first load`,
    `${speed}: can be written in within a second of the first load`,
  ],
  [
    'page-long-answer',
    'An answer of 5,000 lines streams without a task of over 100 ms.',
    `${speed}: streams an answer of 5,000 lines without a task of over 100 ms`,
  ],
])

export const pageBrowserRequirements: readonly Requirement[] = [...delivered, ...behaves, ...isForEverybody, ...isQuick]
