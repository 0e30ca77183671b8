import { z } from 'zod'
import { clientMessages } from '../../common/contracts/protocol/client-messages.ts'
import { plannedClientMessages } from '../../common/contracts/protocol/planned-client-messages.ts'
import { plannedServerMessages } from '../../common/contracts/protocol/planned-server-messages.ts'
import { serverMessages } from '../../common/contracts/protocol/server-messages.ts'

/** JSON Schema of draft 2020-12, as far as the reference reads it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** One message type as the reference shows it. */
export interface MessageEntry {
  readonly type: string
  readonly from: 'client' | 'server'
  /** Part of the protocol, not served yet. */
  readonly isPlanned: boolean
  readonly description: string
  readonly schema: JsonSchema
}

type Schemas = Readonly<Record<string, z.ZodType>>

/** Every message of the protocol, clients' first, served ones before planned ones. */
export const messageCatalog = (): readonly MessageEntry[] => [
  ...entries(clientMessages, 'client', false),
  ...entries(plannedClientMessages, 'client', true),
  ...entries(serverMessages, 'server', false),
  ...entries(plannedServerMessages, 'server', true),
]

const entries = (schemas: Schemas, from: MessageEntry['from'], isPlanned: boolean): readonly MessageEntry[] =>
  Object.entries(schemas).map(([type, schema]) => {
    const { $schema: _dialect, description: _said, ...body } = z.toJSONSchema(schema, { io: 'input' })
    return { type, from, isPlanned, description: schema.description ?? '', schema: body }
  })
