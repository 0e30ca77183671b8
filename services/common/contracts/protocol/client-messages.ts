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
      .describe('credit, binary, reasoning, tools, conversations; others ignored'),
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

const attach = z
  .strictObject({
    type: z.literal('response.attach'),
    ...clientFields,
    response_id: responseId,
    stream_id: streamId.optional().describe('The lane its events name; default: the one it runs in'),
    starting_after: z.int().min(-1).max(4_294_967_295).describe('Last number seen; -1: all'),
  })
  .describe('Reads a run of this user, also one of another device; answered by response.attached')

const detach = z
  .strictObject({ type: z.literal('response.detach'), ...clientFields, response_id: responseId })
  .describe('Stops reading; the run goes on; idempotent')

const blobNo = z.int().min(0).max(4_294_967_295)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')

const blobBegin = z
  .strictObject({
    type: z.literal('blob.begin'),
    ...clientFields,
    blob_no: blobNo.describe('Chosen by the client; named by input_image.blob_no'),
    media_type: z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/gif']),
    byte_length: z.int().min(1),
    sha256: sha256.optional(),
  })
  .describe('Announces an upload: binary frames of kind 4 with this blob_no follow, in order')

const blobEnd = z
  .strictObject({ type: z.literal('blob.end'), ...clientFields, blob_no: blobNo, sha256: sha256.optional() })
  .describe('Ends an upload; it can be named in response.create until the session ends')

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
  'response.attach': attach,
  'response.detach': detach,
  'blob.begin': blobBegin,
  'blob.end': blobEnd,
  ping,
} as const

export type ClientMessageType = keyof typeof clientMessages
export type ClientMessage = { [Type in ClientMessageType]: z.output<(typeof clientMessages)[Type]> }[ClientMessageType]
export type SessionHello = z.output<typeof hello>
export type ResponseAttach = z.output<typeof attach>
export type BlobBegin = z.output<typeof blobBegin>
export type BlobEnd = z.output<typeof blobEnd>
export type ResponseCancel = z.output<typeof cancel>
export type Ping = z.output<typeof ping>

export const isClientMessageType = (type: string): type is ClientMessageType => Object.hasOwn(clientMessages, type)
