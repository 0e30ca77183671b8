import { requirementsOf } from './requirement.ts'

const secrets = 'tests/common/config/secret-source.test.ts'
const included = 'tests/common/config/included-servers.test.ts'
const settings = 'tests/common/config/mcp-settings.test.ts'
const schema = 'tests/common/config/schema.test.ts'
const servers = 'tests/mcp/api/servers.test.ts'
const tools = 'tests/mcp/api/tools.test.ts'
const devices = 'tests/mcp/api/devices.test.ts'
const audit = 'tests/mcp/api/audit.test.ts'
const files = 'tests/mcp/api/conversation-files.test.ts'
const signIns = 'tests/mcp/api/sign-ins.test.ts'
const routes = 'tests/mcp/api/route-table.test.ts'
const commands = 'tests/cli/mcp-commands.test.ts'

/** What people write in config.yaml and ask by REST and the command line of MCP servers, tools and devices. */
export const mcpSettingsRequirements = [
  ...requirementsOf('deliver.1', 'mcp deliver 1', [
    [
      'rest-sign-in',
      'A person signs the house in at a server that wants OAuth, begun by REST or the command line, ended in the browser.',
      `${signIns}: begins for who may change settings, with an address that nobody keeps`,
      `${signIns}: ends with a page for the browser, once, whatever else comes with the code`,
      `${signIns}: says a refusal, and nothing that the other side made up`,
      `${signIns}: is refused in a house that signs in nowhere`,
      `${commands}: sign-in prints the address that a person opens`,
    ],
  ]),
  ...requirementsOf('deliver.2', 'mcp deliver 2', [
    [
      'rest-devices',
      'Devices are made, read, changed and removed by REST; guests see what is shown to guests.',
      `${devices}: are made, read, changed and removed`,
      `${devices}: are shown to guests when something of them is`,
      `${settings}: a mistake is told with its place: %s`,
    ],
    [
      'rest-files',
      'Conversations leave as one JSON file, whole, and come back in another house; a wrong file changes nothing.',
      `${files}: come back whole in another house, pictures too, once`,
      `${files}: of others are not in it, and an empty one is a file too`,
      `${files}: that are wrong are refused whole, with the field`,
      `${files}: may be larger than other bodies`,
    ],
    [
      'rest-audit',
      'Every settings write is audited with who made it, and the audit never holds a secret.',
      `${audit}: has every settings write with who made it, newest first, and no secret`,
      `${audit}: has nothing of writes that failed`,
      `${audit}: comes in pages, by action and target, for admins only`,
      `${tools}: are switched and pinned; lists and calls go by it at the answer, and the audit says who`,
    ],
    [
      'rest-updates',
      'No update of a server or tool is lost, and lists come in pages that hold while others write.',
      `${servers}: lose no update: If-Match of an older revision is 412, also for the switch`,
      `${tools}: lose no update: If-Match of an older revision is 412`,
      `${servers}: come in pages, by name`,
      `${tools}: come in pages that follow the names, also when one goes meanwhile`,
      `${tools}: are told to be unchanged by their tag`,
      `${routes}: %s with every scope but its own is 403`,
    ],
  ]),
  ...requirementsOf('deliver.3', 'mcp deliver 3', [
    [
      'config-servers',
      'Servers and devices are declared in config.yaml, checked with file and line, and change live.',
      `${settings}: have the defaults that the page of settings promises`,
      `${settings}: a mistake is told with its place: %s`,
      `${settings}: take effect live, each server and device whole`,
      `${settings}: name the declared document, in whatever order they stand`,
      `${schema}: has examples that hold when they are taken in place of the line above`,
    ],
    [
      'config-include',
      'A file of servers as other clients have it is taken over and watched; its mistakes are told with file and line.',
      `${included}: adds its servers, in the words of other clients, to those of config.yaml`,
      `${included}: may refer to the environment in the words of other clients`,
      `${included}: and one of config.yaml at its own place, although the file has that name too`,
      `${included}: with keys that mean nothing here is used, and a note says so`,
      `${included}: is under the environment, which reaches its servers too`,
      `${included}: may be named by the environment`,
      `${included}: a name that config.yaml has too`,
      `${included}: never repeats what the file holds`,
      `${included}: every name becomes a DNS label or nothing, and a DNS label stays as it is`,
      `${settings}: follows the included file, keeps the old over a broken edit, and tells the repair`,
      `${settings}: follows a file that an edit includes, also when it was missing or broken first`,
    ],
    [
      'secrets-by-reference',
      'Secrets of servers are references: filled at use, never kept, and for the API only the allowed ones, where nothing carries them away.',
      `${settings}: keep their references: only what is no secret is filled when the file is read`,
      `${settings}: a missing name is told for servers that are ON, and the house starts`,
      `${settings}: tells a value of .env that only a server uses`,
      `${settings}: that are no YAML are not repeated, for they may hold a secret`,
      `${secrets}: is filled in command, arguments, folder, address, environment, headers and oauth`,
      `${secrets}: is refused by a sentence that names every missing name once, and no value`,
      `${secrets}: is filled with what is set at the moment of use`,
      `${secrets}: may use the allowed names in env, headers and oauth`,
      `${secrets}: may not use even an allowed name where it would be carried away: %j`,
      `${secrets}: does not learn by a default whether a name is set`,
      `${servers}: may use references in headers, which are never filled in answers`,
      `${servers}: show their values to who may change them only`,
      `${servers}: %j is 400 and names the field`,
    ],
    [
      'rest-commands',
      'Servers that start a command come through the API only where config.yaml allows it, and only from admins.',
      `${servers}: are refused unless config.yaml allows them, and then only to others than admins; both are audited`,
    ],
  ]),
  ...requirementsOf('deliver.4', 'mcp deliver 4', [
    [
      'rest-switches',
      'Servers and tools are switched by REST and the command line, declared ones too; MCP goes by it before the answer.',
      `${servers}: are made, changed and removed; MCP goes by it before the answer`,
      `${servers}: that are declared are read-only but for their switch`,
      `${tools}: are switched and pinned; lists and calls go by it at the answer, and the audit says who`,
      `${commands}: on and off switch servers and tools, declared ones too; an unknown one fails with its code`,
    ],
  ]),
  ...requirementsOf('deliver.6', 'mcp deliver 6', [
    [
      'rest-review',
      'A tool that waits is approved by an admin, as it was looked at and not as it became meanwhile.',
      `${tools}: are approved as they were looked at, by an admin`,
    ],
  ]),
  ...requirementsOf('deliver.7', 'mcp deliver 7', [
    [
      'rest-status',
      'How every server is, and what is known of its tools, is told by REST and the command line; a tool is tried out.',
      `${servers}: are shown with how they are now, although that changes without a revision`,
      `${servers}: are restarted and looked at anew; what is off is not`,
      `${tools}: are listed by name with all that is known, whatever their state`,
      `${tools}: are found by words: the ranked ones first, then those that are off or wait`,
      `${tools}: get another name for clients, which no other has`,
      `${tools}: answer as they would to a client, also when they fail`,
      `${tools}: %s is the error that it is, without the text of the answer`,
      `${tools}: cannot make up errors of the house`,
      `${tools}: get what was given, and promise the upstream nothing that REST cannot do`,
      `${tools}: say so when they ask something in the middle`,
      `${tools}: need the scope tools, and a tool`,
      `${commands}: servers says how each is`,
      `${commands}: tools lists all of them, finds some, and takes those of one server`,
    ],
  ]),
]
