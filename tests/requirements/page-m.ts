import { requirementsOf } from './requirement.ts'

export const pageMcpRequirements = requirementsOf('deliver.3', 'page deliver', [
  [
    'bus-channels',
    'The bus carries settings and conversations on channels of their own.',
    'tests/contracts/change-bus.contract.ts: channels do not leak into each other, and each keeps its order',
    'tests/contracts/change-bus.contract.ts: each subscription hears once that it stands, and only its own',
  ],
  [
    'conversation-news',
    'Every change of a conversation is told, after its commit.',
    'tests/mcp/store/conversation-news.test.ts: are told of every change, once, with the run and to the owner',
    'tests/mcp/store/conversation-news.test.ts: are not told of what was refused',
    'tests/mcp/store/conversation-news.test.ts: come after the commit: whoever reads at that moment sees the change',
  ],
  [
    'search',
    'History is searched by its words, by the owner only, whatever the query is.',
    'tests/mcp/api/search.test.ts: finds what the caller said, with a snippet and the whole conversation',
    'tests/mcp/api/search.test.ts: answers any query with results or none',
    "tests/mcp/store/search.test.ts: shows nobody anything of someone else's, an admin neither",
    'tests/mcp/store/search.test.ts: takes whatever it is given as words: results or none, never a failure',
    'tests/mcp/store/search.test.ts: removing a conversation takes it out of the index, and only that one',
    'tests/mcp/store/search.test.ts: a renamed conversation is found by its new title only',
  ],
  [
    'search-index',
    'The search index follows in the background, and takes up what a stop or an older release left.',
    'tests/mcp/store/search.test.ts: follows the appends in the background, not within them',
    'tests/mcp/store/search.test.ts: is caught up at the start with what a stop left out',
    'tests/mcp/store/search-migration.test.ts: keeps all it has and is searched after an upgrade',
    'tests/mcp/store/background-index.test.ts: that fails lets a search go on, and catches up later',
    'tests/mcp/store/background-index.test.ts: takes its time, so that streams have the core, and hurries when it is flushed',
  ],
  [
    'current-session',
    'A client asks who it is and signs itself out.',
    'tests/mcp/api/current-session.test.ts: says who asks: a paired device with its name and the end of its session',
    'tests/mcp/api/current-session.test.ts: ends with DELETE: the device with all its sessions and its secret, and no other device',
    'tests/mcp/api/current-session.test.ts: an API token revokes itself, with any scope',
    'tests/mcp/api/current-session.test.ts: the admin token of the installation stays, and the answer says how to end it',
  ],
  [
    'edit-the-first',
    'A conversation can branch before its first message.',
    'tests/contracts/history.contract.ts: null instead of a previous response continues before the first message of the conversation',
    'tests/contracts/history.contract.ts: null without a conversation begins one, and in that of someone else nothing',
  ],
  [
    'list-of-conversations',
    'Conversations are listed by last use, stable under paging.',
    'tests/mcp/api/search.test.ts: is by last use, and paging through it while answers come shows none twice and misses none but those used',
  ],
])
