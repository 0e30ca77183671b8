import { z } from 'zod'
import type { ConversationExport, ExportedConversation, ImportReport } from '../../store/views.ts'
import { epochMilliseconds } from './answer-schema.ts'
import { messageView } from './conversation-schema.ts'

const id = z.string().min(1).max(256)

const blob = z.strictObject({
  id,
  media_type: z.string().regex(/^[a-z]{1,32}\/[a-z0-9.+-]{1,95}$/, 'must be a media type, such as image/png'),
  data: z.base64().describe('The bytes, base64'),
})

const conversation = z.strictObject({
  id,
  title: z.string().max(1024),
  created_at: epochMilliseconds,
  updated_at: epochMilliseconds,
  messages: z.array(messageView.omit({ conversation_id: true })).describe('A parent stands before its children'),
  blobs: z.array(blob).describe('The pictures of its messages, each once'),
}) satisfies z.ZodType<ExportedConversation>

const fileFields = {
  format: z.literal('hearth.conversations'),
  version: z.literal(1),
  exported_at: epochMilliseconds,
  conversations: z.array(conversation),
} as const

export const conversationExport = z.strictObject(fileFields) satisfies z.ZodType<ConversationExport>

export const exportQuery = z.strictObject({
  conversation: z
    .union([id, z.array(id).min(1).max(100)])
    .exactOptional()
    .describe('Only that one; may be there up to 100 times. An import takes 32 MiB: export more than that in parts'),
})

/** What an export gave; only the conversations count. */
export const conversationImport = z.strictObject({
  ...fileFields,
  exported_at: fileFields.exported_at.exactOptional(),
})

export const importReport = z.strictObject({
  imported: z
    .array(z.string())
    .describe('Ids of the conversations made; another than in the file where that was taken'),
  skipped: z.array(z.string()).describe('Ids of those that were there already'),
}) satisfies z.ZodType<ImportReport>
