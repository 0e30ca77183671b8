import { z } from 'zod'
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
  resume_token: z.string().describe('For resume, once it is served'),
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
