import { z } from 'zod'
import { clientFields, responseId, streamId, token } from './fields.ts'
import { responseCreate } from './response-create.ts'

const hello = z
  .strictObject({
    type: z.literal('session.hello'),
    ...clientFields,
    client: z
      .strictObject({
        name: z.string().min(1).max(128),
        version: z.string().max(64).optional(),
        platform: z.string().max(128).optional(),
      })
      .optional(),
    auth: token.optional(),
    resume: z.strictObject({ session_id: z.string().max(128), token }).optional(),
    features: z
      .array(z.string().max(64))
      .max(64)
      .optional()
      .describe('credit, binary, reasoning, tools; others ignored'),
    initial_credit_bytes: z.int().min(0).max(67_108_864).optional(),
  })
  .describe('First frame of every connection, within 5 s and 4 KiB')

const refresh = z
  .strictObject({ type: z.literal('session.refresh'), ...clientFields, auth: token })
  .describe('Extends the session by a new token of the same principal')

const cancel = z
  .strictObject({
    type: z.literal('response.cancel'),
    ...clientFields,
    response_id: responseId.optional(),
    stream_id: streamId.optional(),
  })
  .refine((value) => value.response_id !== undefined || value.stream_id !== undefined, {
    message: 'name a response_id or a stream_id',
    path: ['response_id'],
  })
  .describe('Cancels the run response_id, or without it all runs of the lane stream_id; idempotent')

const ping = z
  .strictObject({
    type: z.literal('ping'),
    ...clientFields,
    id: z.union([z.string().max(128), z.int()]).optional(),
    t: z.number().optional(),
  })
  .describe('Answered by pong with the same id and t')

/** Messages this server serves. */
export const clientMessages = {
  'session.hello': hello,
  'session.refresh': refresh,
  'response.create': responseCreate,
  'response.cancel': cancel,
  ping,
} as const

export type ClientMessageType = keyof typeof clientMessages
export type ClientMessage = { [Type in ClientMessageType]: z.output<(typeof clientMessages)[Type]> }[ClientMessageType]
export type SessionHello = z.output<typeof hello>
export type ResponseCancel = z.output<typeof cancel>
export type Ping = z.output<typeof ping>

export const isClientMessageType = (type: string): type is ClientMessageType => Object.hasOwn(clientMessages, type)
