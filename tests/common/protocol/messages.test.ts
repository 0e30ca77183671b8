import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { clientMessages } from '../../../services/common/contracts/protocol/client-messages.ts'
import { closeCodes } from '../../../services/common/contracts/protocol/close-codes.ts'
import { plannedClientMessages } from '../../../services/common/contracts/protocol/planned-client-messages.ts'
import { plannedServerMessages } from '../../../services/common/contracts/protocol/planned-server-messages.ts'
import { runMessages } from '../../../services/common/contracts/protocol/run-messages.ts'
import { serverMessages } from '../../../services/common/contracts/protocol/server-messages.ts'
import type { RunMessage } from '../../../services/common/contracts/run-event.ts'
import { errorTable } from '../../../services/common/errors/error-table.ts'

/** What the gateway adds to a run's message. */
type Framing = 'response_id' | 'stream_id' | 'sequence_number' | 'stream_no' | 'event_id' | 'first_sequence_number'
type DeepReadonly<Value> = Value extends object ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> } : Value
type Framed<Type extends keyof typeof runMessages> = DeepReadonly<
  Omit<z.output<(typeof runMessages)[Type]>, Framing | 'type'>
>
/** The fields of a message; several types may share one member of the union. */
type Sent<Type, Message = RunMessage> = Message extends { readonly type: infer Types }
  ? Type extends Types
    ? Omit<Message, 'type'>
    : never
  : never
/** `true` for each message whose contract type fits the schema that clients rely on; else the build breaks. */
type Fits = {
  [Type in RunMessage['type']]: [Sent<Type>] extends [never] ? never : Sent<Type> extends Framed<Type> ? true : Type
}

describe('messages of the protocol', () => {
  it('have a schema for every event the router emits, and the contract fits it', () => {
    const fits: Readonly<Record<RunMessage['type'], true>> = {
      'response.created': true,
      'response.queued': true,
      'response.in_progress': true,
      'response.output_item.added': true,
      'response.output_item.done': true,
      'response.content_part.added': true,
      'response.content_part.done': true,
      'response.output_text.delta': true,
      'response.output_text.done': true,
      'response.reasoning_text.delta': true,
      'response.reasoning_text.done': true,
      'response.refusal.delta': true,
      'response.refusal.done': true,
      'response.function_call_arguments.delta': true,
      'response.function_call_arguments.done': true,
      'response.image_generation_call.in_progress': true,
      'response.image_generation_call.generating': true,
      'response.image_generation_call.partial_image': true,
      'response.image_generation_call.completed': true,
      'response.completed': true,
      'response.incomplete': true,
      'response.failed': true,
      'response.cancelled': true,
      'response.snapshot': true,
    } satisfies Fits
    expect(Object.keys(fits).sort()).toEqual(Object.keys(runMessages).sort())
  })

  it('are served or planned, never both', () => {
    const client = Object.keys(clientMessages)
    const server = Object.keys(serverMessages)
    expect(client.filter((type) => type in plannedClientMessages)).toEqual([])
    expect(server.filter((type) => type in plannedServerMessages)).toEqual([])
    expect(client).toEqual([
      'session.hello',
      'session.refresh',
      'response.create',
      'response.cancel',
      'response.attach',
      'response.detach',
      'blob.begin',
      'blob.end',
      'ping',
    ])
    expect(Object.keys(plannedClientMessages)).toEqual([
      'tool_approval.respond',
      'tool_output.submit',
      'flow.credit',
      'device.command',
      'device.subscribe',
      'device.unsubscribe',
      'conversation.list',
      'conversation.get',
      'conversation.search',
      'conversation.delete',
    ])
  })

  it.each(Object.entries({ ...clientMessages, ...plannedClientMessages }))(
    'refuse an unknown field in %s',
    (type, schema) => {
      const { error } = schema.safeParse({ type, surprise: 1 })
      expect(error?.issues).toContainEqual(expect.objectContaining({ code: 'unrecognized_keys', keys: ['surprise'] }))
    },
  )
})

describe('close codes', () => {
  it('hold every code that the error table closes with, once', () => {
    const known = Object.values(closeCodes).map(({ code }) => code)
    expect(new Set(known).size).toBe(known.length)
    for (const { close } of Object.values(errorTable)) expect(known).toContain(close)
  })
})
