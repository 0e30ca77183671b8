import { requirementsOf } from './requirement.ts'

const servers = 'tests/mcp/store/mcp-servers.test.ts'
const catalog = 'tests/mcp/store/catalog-records.test.ts'
const audit = 'tests/mcp/store/audit-log.test.ts'
const secrets = 'tests/mcp/store/sealed-secrets.test.ts'
const files = 'tests/mcp/store/conversation-transfer.test.ts'

export const mcpStoreRequirements = [
  ...requirementsOf('deliver.2', 'mcp deliver 2', [
    [
      'kept-servers',
      'MCP servers and devices are settings like the others: declared or made, under revisions, every write told.',
      `${servers}: are settings objects: made, replaced, listed, removed under revisions, with change rows and doorbells`,
      `${servers}: are declared or made, and read by name`,
      `${servers}: text no database can keep is refused with the path it has in the file`,
      `${servers}: what they hold is frozen and read anew only after a change of their own`,
      'tests/mcp/store/mcp-migration.test.ts: keeps what it has, its epoch and its revision, and takes servers, devices, tools, the audit and secrets',
    ],
    [
      'kept-snapshot',
      'A snapshot holds no servers or tools: a change of theirs costs its readers nothing but the new revision.',
      `${servers}: a snapshot does not hold them: it changes its name with them, and nothing else`,
    ],
    [
      'kept-files',
      'Conversations are exported whole, pictures too, and imported by anybody, twice without harm.',
      `${files}: hold everything: imported into an empty house they are what they were`,
      `${files}: imported twice they are there once, and what was written since is kept`,
      `${files}: of someone else become the own ones of who imports them, and the others stay as they are`,
      `${files}: with ids of another program get ids of ours`,
      `${files}: may number their messages alike: each conversation has its own`,
      `${files}: imported twice at the same time they are there once`,
      `${files}: are exported without a picture that is lost, can be imported, and the log tells of it`,
      `${files}: are told to the clients of their owner and found by a search`,
      `${files}: with a wrong %s are refused, and nothing of them is made`,
      `${files}: of a thousand messages come and go whole`,
      `${files}: what is removed while it is exported is left out`,
    ],
    [
      'kept-audit',
      'The audit keeps who did what, for half a year and 200,000 entries of each action, so that calls push out no write; it holds up nobody and says what it lost.',
      `${audit}: tells what was done, by whom and when, newest first; whoever asks sees what was recorded before`,
      `${audit}: is read by action, by target and page by page`,
      `${audit}: is written with the stop, and a restart goes on counting`,
      `${audit}: keeps any text and bounds it: names are cut, details that are too long are left out`,
      `${audit}: when the store does not keep up, the oldest waiting are dropped and counted in the log`,
      `${audit}: what cannot be written is told in the log, and recording goes on`,
      `${audit}: keeps the writes of settings, however many calls of tools come after them`,
      `${audit}: is kept for half a year and for 200,000 entries of an action, whatever is less`,
    ],
  ]),
  ...requirementsOf('deliver.4', 'mcp deliver 4', [
    [
      'kept-switches',
      'A switch of a declared server holds until its declaration says something else, over restarts; an old revision is refused.',
      `${servers}: a toggle is one settings write, and none when it says what is so already`,
      `${servers}: a toggle of an old revision or of nothing is refused and changes nothing`,
      `${servers}: a declared one is switched too, and stays so while its declaration says the same about enabled`,
      `${servers}: switched there and back it is a newer object, so that nobody takes it for the one from before`,
      `${servers}: a switch survives a restart, and goes with the declaration it was laid over`,
      `${servers}: whatever is declared, made and switched in whatever order: in force is what was said last about enabled`,
    ],
    [
      'kept-decisions',
      'What an admin decides about a tool outlives every look at its upstream, whatever is written at the same time.',
      `${catalog}: a look at an upstream changes what it lists and never a switch that an admin set`,
      `${catalog}: is one settings write that names the tool, and none when it is so already`,
      `${catalog}: is refused for an old revision and for a tool that nobody listed`,
      `${catalog}: approving what is listed forgets what was approved before, which is there to be compared until then`,
      `${catalog}: whoever loads after a write is acknowledged sees it, whatever is written and loaded meanwhile`,
    ],
  ]),
  ...requirementsOf('deliver.3', 'mcp deliver 3', [
    [
      'kept-catalog',
      'The catalog survives a restart and is served from memory; one look at an upstream is one write.',
      `${catalog}: one look at an upstream is one settings write of kind tools, and none when nothing is new`,
      `${catalog}: is after a restart what it was before`,
      `${catalog}: a load gives the same objects for what did not change, and the changed ones anew`,
      `${catalog}: hundreds of tools of one server are saved at once`,
      `${catalog}: text no database can keep is mended, so that one bad tool does not hide the others`,
      `${catalog}: a verdict is no settings write; the last one counts`,
    ],
    [
      'kept-names',
      'An exposed name belongs to one tool, and is free again when that is forgotten.',
      `${catalog}: an exposed name belongs to one tool: who wants a taken one is refused whole`,
      `${catalog}: two tools of a server swap their names in one write`,
      `${catalog}: a tool that its upstream lists no more is forgotten after its time, and its name is free again`,
      `${catalog}: a server that is not there for as long is forgotten whole; one that came back is not`,
    ],
  ]),
  ...requirementsOf('deliver.1', 'mcp deliver 1', [
    [
      'sealed-secrets',
      'Secrets the house got by itself are stored encrypted, bound to their name, with a key that only its owner may read.',
      `${secrets}: opens with its key and its name only`,
      `${secrets}: does not open when any bit of it was changed, or when it is cut`,
      `${secrets}: is another one each time`,
      `${secrets}: a sign-in ends with its server, removed here or in the file, and with its address`,
      `${secrets}: are set, read, replaced and removed, and survive a restart`,
      `${secrets}: are nowhere in the database; the key lies beside it and only its owner may read it`,
      `${secrets}: a key file that others may read is closed to them`,
      `${secrets}: with another key they are as if they were not there, and the log says so; a new one can be set`,
      `${secrets}: a damaged key file is told, never replaced`,
      `${secrets}: a row that was moved to another name does not open`,
    ],
    [
      'kept-references',
      'What stands for a secret is kept as it is written; the store never holds the secret.',
      `${servers}: a reference to a secret is kept as it is written`,
    ],
  ]),
]
