import { z } from 'zod'
import { errorTable, isErrorCode } from '../../../common/errors/error-table.ts'
import type { BlobMeta, Conversation, Found, StoredMessageView } from '../../store/views.ts'
import { epochMilliseconds, pageOf, revision } from './answer-schema.ts'

const title = z.string().max(1024)

export const conversationView = z.strictObject({
  id: z.string(),
  title,
  owner: z.string().describe('Principal id, such as user:anna'),
  revision,
  created_at: epochMilliseconds,
  updated_at: epochMilliseconds,
}) satisfies z.ZodType<Conversation>

export const conversationPage = pageOf(conversationView)

export const foundView = z.strictObject({
  conversation: conversationView,
  message_id: z.string().nullable().describe('The message that fits best; null: the title does'),
  snippet: z.string().describe('Around the match; the words found stand between U+0002 and U+0003'),
}) satisfies z.ZodType<Found>

export const foundPage = pageOf(foundView)

export const conversationCreation = z.strictObject({ title: title.default('') })

/** What a PATCH must lead to; what a client read may be sent back. */
export const conversationReplacement = conversationView
  .partial()
  .extend({ title })
  .transform((fields) => ({ title: fields.title }))

const part = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['text', 'reasoning', 'refusal']), text: z.string() }),
  z.strictObject({ type: z.literal('image'), blob_id: z.string(), media_type: z.string() }),
  z.strictObject({ type: z.literal('tool_call'), call_id: z.string(), name: z.string(), arguments: z.string() }),
  z.strictObject({ type: z.literal('tool_output'), call_id: z.string(), output: z.string() }),
])

const count = z.int().min(0)

const usage = z.strictObject({
  input_tokens: count,
  output_tokens: count,
  total_tokens: count,
  cached_tokens: count.exactOptional(),
  reasoning_tokens: count.exactOptional(),
})

const attempt = z.strictObject({
  attempt: z.int().min(1),
  provider: z.string(),
  connection: z.string(),
  model: z.string(),
  outcome: z.enum(['completed', 'failed', 'cancelled']),
  error_code: z.enum(Object.keys(errorTable).filter(isErrorCode)).exactOptional(),
  vendor_status: z.int().exactOptional(),
  dropped_parameters: z.array(z.string()).exactOptional(),
  duration_ms: z.number(),
  first_token_ms: z.number().exactOptional(),
})

export const messageView = z.strictObject({
  id: z.string(),
  conversation_id: z.string(),
  parent_id: z.string().nullable().describe('The message before; several children are branches'),
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  status: z.enum(['completed', 'incomplete', 'failed', 'cancelled']),
  run_id: z.string().nullable(),
  profile: z.string().nullable(),
  parts: z.array(part),
  usage: usage.nullable(),
  attempts: z.array(attempt),
  error: z.strictObject({ code: z.string(), message: z.string() }).exactOptional(),
  created_at: epochMilliseconds,
}) satisfies z.ZodType<StoredMessageView>

export const messagePage = pageOf(messageView)

export const blobView = z.strictObject({
  id: z.string(),
  media_type: z.string(),
  byte_length: z.int().min(0),
  created_at: epochMilliseconds,
}) satisfies z.ZodType<BlobMeta>
