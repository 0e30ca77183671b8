import { z } from 'zod'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { idParams } from '../../api/schemas/request-schema.ts'
import type { Store } from '../../store/store.ts'
import type { Conversation, PartView, StoredMessageView } from '../../store/views.ts'
import type { OwnTool } from '../own-parts.ts'
import { ownTool } from './own-tool.ts'

type Conversations = Pick<Store, 'conversations'>

const cursor = z.string().min(1).max(1024).exactOptional().describe('next_cursor of the call before')
const nextCursor = z.string().nullable()

const conversation = z.object({
  id: z.string(),
  title: z.string(),
  created_at: z.int().describe('Epoch milliseconds'),
  updated_at: z.int(),
})

/** The caller's own chat history; that of others does not exist for them. */
export const conversationTools = (store: Conversations): readonly OwnTool[] => [
  searchConversations(store),
  readConversation(store),
]

const found = conversation.extend({
  message_id: z.string().nullable().describe('The message that fits best; null: the title does'),
  snippet: z.string(),
})

const searchConversations = (store: Conversations): OwnTool =>
  ownTool({
    name: 'hearth_search_conversations',
    title: 'Search conversations',
    description:
      "Finds your own conversations with the house's models by the words in them, best first; without query the newest.",
    effect: 'reads',
    anyOf: ['chat'],
    input: z.strictObject({
      query: z.string().trim().max(1024).default('').describe('Words that all have to be found'),
      limit: z.int().min(1).max(50).default(10).describe('How many at most'),
      cursor,
    }),
    output: z.object({ conversations: z.array(found), next_cursor: nextCursor }),
    run: async ({ query, ...page }, { principal }) => {
      if (query === '') {
        const { items, nextCursor: next = null } = await store.conversations.list(principal, page)
        const conversations = items.map((item) => ({ ...shown(item), message_id: null, snippet: '' }))
        return { conversations, next_cursor: next }
      }
      const { items, nextCursor: next = null } = await store.conversations.search(principal, query, page)
      const conversations = items.map((item) => ({
        ...shown(item.conversation),
        message_id: item.message_id,
        snippet: plainSnippet(item.snippet),
      }))
      return { conversations, next_cursor: next }
    },
  })

const shown = ({ id, title, created_at, updated_at }: Conversation): z.output<typeof conversation> => ({
  id,
  title,
  created_at,
  updated_at,
})

/** Without the marks around the words found. */
const plainSnippet = (snippet: string): string => snippet.replaceAll('\u0002', '').replaceAll('\u0003', '')

const message = z.object({
  id: z.string(),
  parent_id: z.string().nullable().describe('Several with one parent are branches'),
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  status: z.enum(['completed', 'incomplete', 'failed', 'cancelled']),
  created_at: z.int(),
  text: z.string(),
  is_cut: z.boolean().describe('The text is longer than message_characters'),
  pictures: z.array(z.string()).describe('Ids of blobs; /api/v1/blobs/{id}/content has the bytes'),
})

const readConversation = (store: Conversations): OwnTool =>
  ownTool({
    name: 'hearth_read_conversation',
    title: 'Read a conversation',
    description: 'The messages of one of your own conversations, oldest first.',
    effect: 'reads',
    anyOf: ['chat'],
    input: z.strictObject({
      id: idParams.shape.id.describe('As hearth_search_conversations gave it'),
      limit: z.int().min(1).max(100).default(20).describe('Messages at most'),
      cursor,
      message_characters: z.int().min(1).max(20_000).default(4000).describe('Longer texts are cut'),
    }),
    output: z.object({ conversation, messages: z.array(message), next_cursor: nextCursor }),
    run: async ({ id, message_characters, ...page }, { principal }) => {
      const owned = await store.conversations.get(principal, id)
      if (owned === undefined) {
        throw new HearthError('caller_not_found', 'You have no conversation of that id; search your conversations.')
      }
      const { items, nextCursor: next = null } = await store.conversations.messages(principal, id, page)
      const messages = items.map((item) => shownMessage(item, message_characters))
      return { conversation: shown(owned), messages, next_cursor: next }
    },
  })

function shownMessage(item: StoredMessageView, maxCharacters: number): z.output<typeof message> {
  const { id, parent_id, role, status, created_at, parts } = item
  const text = parts.map(textOf).filter(Boolean).join('\n')
  return {
    id,
    parent_id,
    role,
    status,
    created_at,
    text: text.slice(0, maxCharacters).toWellFormed(),
    is_cut: text.length > maxCharacters,
    pictures: parts.flatMap((part) => (part.type === 'image' ? [part.blob_id] : [])),
  }
}

/** What was said; not what a model thought on the way. */
function textOf(part: PartView): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text
    case 'tool_call':
      return `[called ${part.name}]`
    case 'tool_output':
      return part.output
    case 'reasoning':
    case 'image':
      return ''
  }
}
