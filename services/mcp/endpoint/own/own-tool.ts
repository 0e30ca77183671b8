import type { CallToolResult, Tool, ToolAnnotations } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Scope } from '../../../common/contracts/principal.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { failedCall } from '../../aggregator/calls/refused-call.ts'
import { parseRequest } from '../../api/invalid-request.ts'
import { PreconditionFailed } from '../../api/preconditions.ts'
import { RevisionMismatch } from '../../store/revision-mismatch.ts'
import type { OwnCall, OwnTool } from '../own-parts.ts'

/** What a tool does to the house; the hints of `ToolAnnotations`. */
type Effect = 'reads' | 'switches' | 'overwrites' | 'acts'

interface OwnToolSpec<Input, Output extends object> {
  readonly name: `hearth_${string}`
  readonly title: string
  readonly description: string
  readonly effect: Exclude<Effect, 'acts'>
  readonly anyOf: readonly Scope[]
  readonly input: z.ZodType<Input>
  readonly output: z.ZodType<Output>
  run(input: Input, call: OwnCall): Promise<Output>
}

/** A tool of the house from its schemas. What it refuses with a HearthError is an answer that a model can mend. */
export function ownTool<Input, Output extends object>(spec: OwnToolSpec<Input, Output>): OwnTool {
  const { name, title, description, effect, anyOf, input, output } = spec
  return {
    definition: {
      name,
      title,
      description,
      inputSchema: objectSchema(input, 'input'),
      outputSchema: objectSchema(output, 'output'),
      annotations: annotationsOf(title, effect),
    },
    anyOf,
    call: async (args, call) => {
      try {
        return success(await spec.run(parseRequest(input, args, 'arguments'), call))
      } catch (error) {
        return refusalOf(error)
      }
    },
  }
}

const hints: Readonly<Record<Effect, Omit<ToolAnnotations, 'title'>>> = {
  reads: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  switches: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  overwrites: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  acts: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
}

export const annotationsOf = (title: string, effect: Effect): ToolAnnotations => ({ title, ...hints[effect] })

type ObjectSchema = Tool['inputSchema']

/** With `type: object` at the root (specification 2026-07-28, server/tools), and without what zod says needlessly. */
function objectSchema(schema: z.ZodType, io: 'input' | 'output'): ObjectSchema {
  const override = ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void => shorten(jsonSchema)
  const { $schema, ...rest }: Readonly<Record<string, unknown>> = z.toJSONSchema(schema, { io, override })
  return { ...rest, type: 'object' }
}

/** Every list of tools carries these schemas: what says nothing costs tokens all the same. */
function shorten(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.propertyNames !== undefined) delete schema.propertyNames
  if (isEmpty(schema.additionalProperties)) delete schema.additionalProperties
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
}

const isEmpty = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && Object.keys(schema).length === 0

/** The same twice: structured, and as text for clients that know no other. */
const success = (output: object): CallToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(output) }],
  structuredContent: { ...output },
})

/** `isError` with the code in the text and in `_meta`. @throws what is a defect of ours, and nobody's to mend. */
function refusalOf(error: unknown): CallToolResult {
  if (error instanceof HearthError) return failedCall(error.code, error.message)
  if (error instanceof RevisionMismatch || error instanceof PreconditionFailed) {
    return failedCall('caller_conflict', error.message)
  }
  throw error
}
