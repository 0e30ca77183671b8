import { z } from 'zod'
import { responseId, sequenceNumber, streamId } from './fields.ts'
import { wireError } from './run-messages.ts'

const frame = { response_id: responseId, stream_id: streamId, sequence_number: sequenceNumber }
const toolCall = { call_id: z.string(), server: z.string(), name: z.string() }
const freeObject = z.record(z.string(), z.unknown())

const message = <Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  description: string,
  shape: Shape,
) => z.object({ type: z.literal(type), ...shape }).describe(description)

const deviceCommand = <Type extends string>(type: Type, description: string) =>
  message(type, description, {
    command_id: z.string(),
    device_id: z.string(),
    error: wireError.optional(),
    state: freeObject.optional(),
  })

/** Messages of the protocol that a later capability brings. */
export const plannedServerMessages = {
  'response.fallback': message('response.fallback', 'Another target takes over', {
    ...frame,
    attempt: z.int(),
    from: z.string(),
    to: z.string(),
    error: z.object({ code: z.string() }),
    resumed: z.boolean().describe('Text already shown is being continued'),
  }),
  'response.mcp_call.in_progress': message('response.mcp_call.in_progress', 'A tool runs', {
    ...frame,
    ...toolCall,
    arguments: z.string(),
  }),
  'response.mcp_call.completed': message('response.mcp_call.completed', 'A tool answered', {
    ...frame,
    ...toolCall,
    output: z.string(),
  }),
  'response.mcp_call.failed': message('response.mcp_call.failed', 'A tool failed', {
    ...frame,
    ...toolCall,
    error: wireError,
  }),
  'tool_approval.request': message('tool_approval.request', 'A person must approve a call', {
    ...frame,
    ...toolCall,
    arguments: z.string(),
    approval_id: z.string(),
    args_hash: z.string(),
    risk: z.string(),
    expires_at: z.int(),
  }),
  'device.state': message('device.state', 'State of a device', { device_id: z.string(), state: freeObject }),
  'device.command.accepted': deviceCommand('device.command.accepted', 'The command is durable'),
  'device.command.confirmed': deviceCommand('device.command.confirmed', 'The device reports the wanted state'),
  'device.command.failed': deviceCommand('device.command.failed', 'The command failed; the error says how'),
  'settings.updated': message('settings.updated', 'Settings changed', { revision: z.int() }),
  'rate_limits.updated': message('rate_limits.updated', 'What is left', { limits: z.array(freeObject) }),
} as const
