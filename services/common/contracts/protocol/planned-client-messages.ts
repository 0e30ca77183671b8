import { z } from 'zod'
import { clientFields, responseId, streamId } from './fields.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const cursor = z.string().max(512).optional()
const conversation = z.string().min(1).max(128)
const deviceFilter = {
  device_ids: z.array(z.string().max(64)).max(1000).optional(),
  areas: z.array(z.string()).optional(),
}

const message = <Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  description: string,
  shape: Shape,
) => z.strictObject({ type: z.literal(type), ...clientFields, ...shape }).describe(description)

/** Messages of the protocol whose capability is not built yet; each is answered with `caller_unsupported_feature`. */
export const plannedClientMessages = {
  'tool_approval.respond': message('tool_approval.respond', 'Answers tool_approval.request', {
    response_id: responseId.optional(),
    approval_id: z.string().optional(),
    approved: z.boolean(),
    args_hash: hash,
  }),
  'tool_output.submit': message('tool_output.submit', 'Result of a tool the client declared', {
    response_id: responseId,
    call_id: z.string().max(128),
    output: z.string(),
  }),
  'flow.credit': message('flow.credit', 'Allows more bytes in a lane', {
    stream_id: streamId,
    bytes: z.int().min(1).max(67_108_864),
  }),
  'device.command': message('device.command', 'Steers a device', {
    device_id: z.string().max(64),
    command: z.string().max(64),
    params: z.record(z.string(), z.unknown()),
    idempotency_key: z.string().min(1).max(255),
    deadline_ms: z.int().min(1).optional(),
    dry_run: z.boolean().optional(),
  }),
  'device.subscribe': message('device.subscribe', 'Asks for device.state', deviceFilter),
  'device.unsubscribe': message('device.unsubscribe', 'Ends device.subscribe', deviceFilter),
  'conversation.list': message('conversation.list', 'Conversations of the user', {
    cursor,
    limit: z.int().min(1).max(200).optional(),
  }),
  'conversation.get': message('conversation.get', 'Messages of a conversation', { conversation, cursor }),
  'conversation.search': message('conversation.search', 'Searches the history', {
    query: z.string().max(1024),
    cursor,
  }),
  'conversation.delete': message('conversation.delete', 'Deletes a conversation', { conversation }),
} as const

export type PlannedClientMessageType = keyof typeof plannedClientMessages

export const isPlannedClientMessageType = (type: string): type is PlannedClientMessageType =>
  Object.hasOwn(plannedClientMessages, type)
