import { z } from 'zod'
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts'

type Named = Readonly<Record<string, z.ZodType>>

export const componentPath = (name: string): string => `#/components/schemas/${name}`

/** JSON Schemas (draft 2020-12, as OpenAPI 3.1 has them) of named zod schemas, which refer to each other by name. */
export function componentSchemas(named: Named, io: 'input' | 'output'): JsonObject {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const { __shared: shared, ...schemas } = z.toJSONSchema(registry, { io, uri: componentPath }).schemas
  refuseRecursive(shared)
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, plain(schema)]))
}

/** One schema without a name, such as that of a parameter. */
export const inlineSchema = (schema: z.ZodType): JsonObject => plain(z.toJSONSchema(schema, { io: 'input' }))

/** zod puts recursive schemas beside the others. Ours have one, `z.json()`, once for each use: any JSON value, `{}` here. */
function refuseRecursive(shared: z.core.JSONSchema.BaseSchema | undefined): void {
  const texts = Object.values(shared?.$defs ?? {}).map((schema) => JSON.stringify(schema).replaceAll(reference, ''))
  if (new Set(texts).size > 1) throw new Error('Give recursive schemas a name in schemas/components.ts.')
}

const reference = /"\$ref":"[^"]*"/g

/** A JSON value without zod's own marks and without the members that only a whole schema file has. */
function plain(schema: unknown): JsonObject {
  const value: JsonValue = JSON.parse(JSON.stringify(schema), (_key, part: JsonValue) => (isShared(part) ? {} : part))
  if (!isJsonObject(value)) return {}
  const { $schema, $id, ...rest } = value
  return rest
}

const isShared = (part: JsonValue): boolean =>
  isJsonObject(part) && typeof part['$ref'] === 'string' && part['$ref'].includes('/__shared#')

/**
 * What a merge patch of an object may look like: every property optional and nullable, at every depth of objects.
 * References are resolved by the caller.
 */
export function patchSchema(schema: JsonObject): JsonObject {
  const { required, default: _default, properties, ...rest } = schema
  if (!isJsonObject(properties)) return rest
  const patched = Object.entries(properties).map(([name, property]) => [name, nullable(property)] as const)
  return { ...rest, properties: Object.fromEntries(patched) }
}

function nullable(property: JsonValue | undefined): JsonValue {
  if (!isJsonObject(property)) return {}
  const { readOnly, description, ...rest } = patchSchema(property)
  const marks = { ...(description === undefined ? {} : { description }), ...(readOnly === true ? { readOnly } : {}) }
  return { ...marks, anyOf: [rest, { type: 'null' }] }
}
