import { z } from 'zod'
import { conversationChanges } from '../settings.ts'
import { eventId, responseId, streamId } from './fields.ts'
import { runMessages, wireError } from './run-messages.ts'

const profile = z.object({
  name: z.string(),
  description: z.string(),
  default: z.boolean().describe('Used when response.create names none'),
  modalities: z.array(z.enum(['text', 'image'])),
})

const limits = z.object({
  text_frame_bytes: z.int(),
  json_depth: z.int(),
  binary_chunk_bytes: z.int(),
  lanes: z.int().describe('stream_ids in use at the same time'),
  queued_per_lane: z.int(),
})

const session = {
  event_id: eventId.optional(),
  session_id: z.string(),
  resume_token: z
    .string()
    .describe('For resume in the next session.hello, within two minutes of the end of this connection'),
  live: z
    .array(
      z.object({
        response_id: responseId,
        stream_id: streamId,
        conversation: z.string(),
        last_sequence_number: z.int().min(-1),
      }),
    )
    .optional()
    .describe('On resume, and with the feature conversations: runs of the user that go on; attach to read them'),
  protocol: z.string(),
  limits,
  profiles: z.array(profile).describe('Those the caller may use'),
  revision: z.int().describe('Of the settings in effect'),
  ttl_seconds: z.int().nullable().describe('Until the token ends; null: it does not'),
  server: z.object({ name: z.string(), version: z.string() }),
}

/** Messages outside of a run. Schemas are open: a client ignores fields and types it does not know. */
export const sessionMessages = {
  'session.created': z
    .object({ type: z.literal('session.created'), ...session })
    .describe('Reply to session.hello: now everything is accepted'),
  'session.updated': z.object({ type: z.literal('session.updated'), ...session }).describe('Reply to session.refresh'),
  'session.draining': z
    .object({ type: z.literal('session.draining'), reason: z.string(), reconnect_in_ms: z.int().min(0) })
    .describe('The server stops; each client gets its own time to come back'),
  'response.attached': z
    .object({
      type: z.literal('response.attached'),
      event_id: eventId.optional(),
      response_id: responseId,
      stream_id: streamId,
      stream_no: z.int().min(0).max(4_294_967_295).describe('Stands for this run in binary frames'),
      status: z.enum(['in_progress', 'completed', 'incomplete', 'failed', 'cancelled']),
      last_sequence_number: z.int().min(-1).describe('Pictures up to this number are announced without their bytes'),
    })
    .describe('First answer to response.attach; the events follow under their numbers'),
  'conversation.updated': z
    .object({
      type: z.literal('conversation.updated'),
      conversation: z.string(),
      change: z.enum(conversationChanges).describe('asked: a run began; answered: its answer is kept'),
      response_id: responseId.optional().describe('Of the run that began or ended'),
    })
    .describe('A conversation of the user changed: read it again, or attach to the run'),
  error: z
    .object({
      type: z.literal('error'),
      error: wireError,
      event_id: eventId.optional(),
      stream_id: streamId.optional(),
      response_id: responseId.optional(),
    })
    .describe('A message was refused, or reading a run failed'),
  pong: z
    .object({
      type: z.literal('pong'),
      event_id: eventId.optional(),
      id: z.union([z.string(), z.int()]).optional(),
      t: z.number().optional(),
    })
    .describe('Reply to ping'),
} as const

/** Everything this server sends as text. */
export const serverMessages = { ...sessionMessages, ...runMessages } as const

export type ServerMessageType = keyof typeof serverMessages
export type ServerMessage = { [Type in ServerMessageType]: z.output<(typeof serverMessages)[Type]> }[ServerMessageType]
export type SessionMessage = {
  [Type in keyof typeof sessionMessages]: z.output<(typeof sessionMessages)[Type]>
}[keyof typeof sessionMessages]
export type SessionCreated = z.output<(typeof sessionMessages)['session.created']>

export const isServerMessageType = (type: string): type is ServerMessageType => Object.hasOwn(serverMessages, type)
