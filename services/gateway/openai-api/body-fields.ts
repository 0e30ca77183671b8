import { z } from 'zod'
import type { ResponseFormat, ToolDefinition } from '../../common/contracts/generate-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'

/** A field that official clients leave out or send as null, which means the same. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value): z.output<Schema> | undefined => value ?? undefined)

/** A field that is looked at only to refuse what would have no effect. */
export const unread = z.unknown().optional()

export const freeObject = z.record(z.string(), z.unknown())
export const functionName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ -')
export const callId = z.string().min(1).max(128)
export const model = optional(z.string().min(1).max(256))
export const tokens = z.int().min(1).max(2_147_483_647)

/** What a caller may set of the profile's parameters, by the names all bodies share. */
export const samplingFields = {
  temperature: optional(z.number().min(0).max(2)),
  top_p: optional(z.number().min(0).max(1)),
  parallel_tool_calls: optional(z.boolean()),
}

export const reasoningEffort = optional(z.string().regex(/^[a-z]{1,16}$/, 'must be a word such as low'))

/** An object without the fields that are undefined. */
export const present = <Fields extends object>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined>
  }

/** Something a caller asks for that would have no effect here: better refused than ignored. */
export interface Unserved<Body> {
  readonly param: string
  readonly isAsked: (body: Body) => boolean
  readonly message: string
}

/** @throws HearthError `caller_unsupported_feature` of the first rule that is met; the param names the field. */
export function refuseUnserved<Body>(rules: readonly Unserved<Body>[], body: Body): void {
  const met = rules.find(({ isAsked }) => isAsked(body))
  if (met !== undefined) throw unserved(met.param, met.message)
}

export const unserved = (param: string, message: string): HearthError =>
  new HearthError('caller_unsupported_feature', message, { details: { param } })

export const invalid = (param: string, message: string): HearthError =>
  new HearthError('caller_invalid_request', message, { details: { param } })

/** Neither absent, null, false, 0, empty text, empty list nor empty object. */
export function isSet(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

export interface FunctionFields {
  readonly name: string
  readonly description?: string | undefined
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  readonly strict?: boolean | undefined
}

export const functionFields = {
  name: functionName,
  description: optional(z.string().max(16_384)),
  parameters: optional(freeObject),
  strict: optional(z.boolean()),
}

export const toolOf = ({ name, description, parameters, strict }: FunctionFields): ToolDefinition => ({
  name,
  parameters: parameters ?? { type: 'object', properties: {} },
  ...present({ description, strict }),
})

export const jsonSchemaFields = {
  name: functionName,
  description: optional(z.string().max(1024)),
  schema: optional(freeObject),
  strict: optional(z.boolean()),
}

export const jsonSchemaFormat = (fields: {
  readonly name: string
  readonly description?: string | undefined
  readonly schema?: Readonly<Record<string, unknown>> | undefined
  readonly strict?: boolean | undefined
}): ResponseFormat => ({
  type: 'json_schema',
  name: fields.name,
  schema: fields.schema ?? {},
  ...present({ description: fields.description, strict: fields.strict }),
})
