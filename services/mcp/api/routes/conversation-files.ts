import type { ConversationExport, ExportedConversation } from '../../store/views.ts'
import { type Route, tokenRoute } from '../route.ts'
import {
  conversationExport,
  conversationImport,
  exportQuery,
  importReport,
} from '../schemas/conversation-file-schema.ts'
import { noBody, noParams, noQuery } from '../schemas/request-schema.ts'

/** Conversations of the caller as a file, and back. */
export const conversationFileRoutes = (): readonly Route[] => [exportConversations(), importConversations()]

/** Pictures are part of the file: as much as a request with pictures may have. */
const importBytes = 33_554_432

const exportConversations = (): Route =>
  tokenRoute(
    {
      operation: 'exportConversations',
      method: 'GET',
      path: '/conversations/export',
      summary:
        "All of the caller's conversations whole, or those that are named, with their pictures, as one JSON file",
      anyOf: ['chat'],
      success: { type: 'file', schema: conversationExport },
      refusesHead: true,
    },
    { params: noParams, query: exportQuery, body: noBody },
    async ({ principal, query: { conversation } }, { store, clock }) => {
      const ids = conversation === undefined ? undefined : [conversation].flat()
      const exported = store.conversations.exportAll(principal, ids)
      return { type: 'file', name: 'hearth-conversations.json', json: exportText(exported, clock()) }
    },
  )

/** One conversation is in memory at a time. */
async function* exportText(conversations: AsyncIterable<ExportedConversation>, now: number): AsyncGenerator<string> {
  const head = { format: 'hearth.conversations', version: 1, exported_at: now } as const satisfies Omit<
    ConversationExport,
    'conversations'
  >
  yield `${JSON.stringify(head).slice(0, -1)},"conversations":[`
  let separator = '\n'
  for await (const conversation of conversations) {
    yield separator + JSON.stringify(conversation)
    separator = ',\n'
  }
  yield '\n]}\n'
}

const importConversations = (): Route =>
  tokenRoute(
    {
      operation: 'importConversations',
      method: 'POST',
      path: '/conversations/import',
      summary:
        "Makes the conversations of an export of up to 32 MiB the caller's; those that are there already stay as they are",
      anyOf: ['chat'],
      success: { type: 'json', status: 200, schema: importReport },
      bodyLimitBytes: importBytes,
    },
    { params: noParams, query: noQuery, body: conversationImport },
    async ({ body, principal }, { store }) => {
      const report = await store.conversations.importAll(principal, body.conversations)
      return { type: 'json', status: 200, body: report }
    },
  )
