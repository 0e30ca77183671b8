import { requirementsOf } from './requirement.ts'

const at = 'tests/mcp/aggregator'
const names = `${at}/exposure/expose-name.test.ts`
const trust = `${at}/trust.test.ts`
const looks = `${at}/looks.test.ts`
const calls = `${at}/calls.test.ts`
const views = `${at}/views.test.ts`
const vetting = `${at}/vetting/vet-tool.test.ts`
const flags = `${at}/vetting/find-flags.test.ts`
const toggles = `${at}/toggle-truth.test.ts`
const keeping = `${at}/keeping.test.ts`

/** One catalog of all tools: names, trust, switches, lists within budgets, calls. */
export const aggregatorRequirements = [
  ...requirementsOf('deliver.3', 'mcp deliver 3', [
    [
      'one-catalog',
      'Tools of many servers are listed and called through one catalog that is served from the store.',
      `${at}/aggregator.test.ts: tools of a server that was declared are listed and called, under names of their own`,
      `${looks}: after a restart the lists stand at once, and nobody is looked at`,
      `${looks}: unknown ones are looked at four at a time, and no list waits for them`,
      `${looks}: one that cannot be looked at is tried again, and does not stop the others`,
      `${at}/looks/look-lanes.test.ts: servers that failed before and now do not answer hold up no look at a new one, nor at one that runs`,
      `${looks}: one that runs is looked at from time to time, one that sleeps is left alone`,
      `${keeping}: a store that cannot be read leaves the old catalog serving`,
      `${keeping}: verdicts on eras outlive a restart, and one that proved wrong is forgotten`,
    ],
    [
      'exposed-names',
      'Every tool has a name of at most 48 characters that is nobody else’s and stays.',
      `${names}: of %j is %s when it is free`,
      `${names}: each get a name of 1 to 48 characters that is valid, not reserved, and nobody else’s`,
      `${names}: keep their names when servers list them in another order, when others come and go, and when they come back`,
      `${names}: do not depend on the order of the first listing`,
      `${names}: any history of looks and renames leaves every name unique`,
      `${keeping}: the name of a tool that is gone is free again after 30 days, and not before`,
      `${keeping}: a name that an admin gives away during a look is not given twice`,
      `${calls}: prompts have names of their own that stay, and are asked for by the upstream’s`,
    ],
    [
      'fan-in',
      'Changes of upstreams are found by comparing, told once for a burst, and cost little however often they come.',
      `${looks}: a burst of changes is one look and told once`,
      `${looks}: a change that changes nothing is told to nobody`,
      `${looks}: changes of many servers at once are few swaps`,
      `${at}/looks/look-gap.test.ts: one that rests is looked at soon, one that never rests less and less often`,
      `${at}/looks/look-gap.test.ts: hundreds that never rest share ten looks a second, and none waits for those that were before`,
    ],
    [
      'relayed-requests',
      'Prompts, resources, templates, completions and watches go to the server that has them.',
      `${calls}: resources are read by their URI where they are listed, else where a template fits; never of the house`,
      `${at}/equal-uris.test.ts: are listed, read and watched at the first that the profile reaches`,
      `${calls}: a resource is watched once for all who watch it, not while its server is off, and news are handed on`,
      `${calls}: a link in an answer can be read at the server that gave it, while that is on and reached`,
      `${calls}: of a server that sleeps waits for its start no longer than a call may take`,
      `${calls}: that come together to a server that sleeps start one look`,
      `${calls}: hands on what a retry brings, and asks again whether the tool is on`,
      `${calls}: errors of the protocol and the end of the caller pass through as they are`,
    ],
  ]),
  ...requirementsOf('deliver.4', 'mcp deliver 4', [
    [
      'toggle-truth',
      'From its acknowledgement on, what is off is in no list and reached by no call; calls under way finish or are cut.',
      `${toggles}: 200 switches under load: from its acknowledgement on, what is off is in no list and reached by no call`,
      `${toggles}: a look at an upstream never undoes a switch that is thrown meanwhile`,
      `${calls}: of what is off says that, whether the tool or its server, and nothing reaches the upstream`,
      `${calls}: finish, unless they still waited for their turn`,
      `${calls}: are cut when that is wanted, and others are not`,
      `${calls}: reads of a server that is switched off are cut too`,
      `${trust}: leaves out and renames tools, at once`,
    ],
  ]),
  ...requirementsOf('deliver.5', 'mcp deliver 5', [
    [
      'views',
      'A profile has its own list: pinned first, in stable order, within its budget of tokens, with what was left out.',
      `${views}: is what its profile reaches, by exposed name; nothing where it names no server`,
      `${views}: begins with what is pinned, whatever the budget, and says what did not fit`,
      `${views}: is made once per catalog; its hashes change exactly when the list does`,
      `${views}: finds by name, description, parameter and with a slip, best first, what the audience may call`,
    ],
  ]),
  ...requirementsOf('deliver.6', 'mcp deliver 6', [
    [
      'rug-pull',
      'A tool is callable only in the shape that was approved; one that changed waits, alone.',
      `${trust}: waits while the others live, and its call says so`,
      `${trust}: is back when a person approved it, and when it is again what it was`,
      `${trust}: is found after a restart too, before it is called`,
      `${trust}: an approval of what it was yesterday does not make it callable`,
      `${trust}: %j with approve %s: %j`,
      `${trust}: a declaration that trusts more lets go what waits, at once and without a look`,
      `${trust}: a tool that is gone keeps its name and its switch for when it comes back`,
      `${trust}: tools of a server that is removed are gone, and back when it is declared again`,
      `${at}/names-used-again.test.ts: is not what was approved, and inherits neither prompts nor resources`,
      `${at}/names-used-again.test.ts: offers nothing that a look under way found at the old one`,
    ],
    [
      'shadowing',
      'A tool that steers to tools of others or hides instructions waits, with the reason.',
      `${trust}: a tool that steers to a tool of another server waits with the reason`,
      `${flags}: %j is flagged with a reason`,
      `${flags}: of a parameter counts as much`,
    ],
    [
      'schema-bounds',
      'Schemas are bounded, refer to nothing outside, and break no rule of headers.',
      `${vetting}: with %s is not taken over`,
      `${vetting}: %s is dropped over HTTP, and loses its rules elsewhere`,
      `${at}/calls/uri-pattern.test.ts: a template made to stop a process is answered in no time`,
      `${trust}: a schema that refers to the network is kept out and written down; one that was fine before waits`,
    ],
    [
      'hidden-characters',
      'What people cannot see does not reach a model.',
      `${vetting}: loses what nobody sees, and keeps its lines`,
      `${vetting}: never holds anything hidden and never is longer than allowed, whatever it was`,
      `${vetting}: loses hidden characters in its texts, those of its schemas too, and says nothing for another hop`,
      `${flags}: with text in tags or turned round is flagged by what came, not by what is kept`,
    ],
    [
      'call-audit',
      'Every call is written down with who, what and how it ended, never with what it was given.',
      `${calls}: every call with who, what and how it ended, without what it was given`,
      `${at}/calls/redact.test.ts: of arguments only names, types and sizes are kept`,
      `${at}/untold-codes.test.ts: is no name of a figure and no code of the audit, however it changes them`,
      `${at}/calls/redact.test.ts: of a URI neither user nor query is kept`,
    ],
  ]),
]
