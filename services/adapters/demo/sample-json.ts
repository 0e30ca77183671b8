import { isRecord } from '../../common/is-record.ts'

type Schema = Readonly<Record<string, unknown>>

const deepest = 8

/**
 * A value that fits a simple JSON Schema, always the same: first of enum and anyOf, every property, least lengths and
 * sizes. Patterns and conditions are not read.
 */
export function sampleJson(root: Schema): unknown {
  return sample(root, { root, depth: 0 })
}

interface Place {
  readonly root: Schema
  readonly depth: number
}

function sample(given: unknown, place: Place): unknown {
  const schema = resolve(given, place)
  if ('const' in schema) return schema['const']
  const choices = schema['enum'] ?? schema['examples']
  if (Array.isArray(choices) && choices.length > 0) return choices[0]
  if ('default' in schema) return schema['default']
  const branch = firstOf(schema['anyOf']) ?? firstOf(schema['oneOf'])
  if (branch !== undefined) return sample(merge([schema, resolve(branch, place)]), place)
  return ofType(schema, place)
}

const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined)

/** Follows local references and joins allOf; `true` and nonsense allow anything. */
function resolve(given: unknown, place: Place): Schema {
  if (!isRecord(given) || place.depth > deepest) return {}
  const reference = given['$ref']
  if (typeof reference === 'string') return resolve(lookUp(place.root, reference), deeper(place))
  const parts = given['allOf']
  if (!Array.isArray(parts)) return given
  const { allOf: _, ...rest } = given
  return merge([rest, ...parts.map((part) => resolve(part, deeper(place)))])
}

const deeper = (place: Place): Place => ({ ...place, depth: place.depth + 1 })

const lookUp = (root: Schema, reference: string): unknown =>
  reference
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (at, key) => (isRecord(at) ? at[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
      root,
    )

function merge(schemas: readonly Schema[]): Schema {
  const { anyOf: _, oneOf: __, ...joined } = Object.assign({}, ...schemas)
  const properties = Object.assign({}, ...schemas.map((schema) => schema['properties']))
  const required = schemas.flatMap((schema) => (Array.isArray(schema['required']) ? schema['required'] : []))
  return { ...joined, ...(Object.keys(properties).length > 0 ? { properties } : {}), required }
}

function ofType(schema: Schema, place: Place): unknown {
  switch (typeOf(schema)) {
    case 'string':
      return sampleString(schema)
    case 'integer':
    case 'number':
      return sampleNumber(schema)
    case 'boolean':
      return true
    case 'array':
      return sampleArray(schema, place)
    case 'null':
      return null
    default:
      return sampleObject(schema, place)
  }
}

function typeOf(schema: Schema): unknown {
  const type = schema['type']
  if (Array.isArray(type)) return type.find((name) => name !== 'null') ?? 'null'
  if (type !== undefined) return type
  return 'items' in schema ? 'array' : 'object'
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  email: 'demo@example.org',
  uri: 'https://example.org/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
}

const numberOr = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)

function sampleString(schema: Schema): string {
  const format = schema['format']
  if (typeof format === 'string' && Object.hasOwn(formats, format)) return formats[format] ?? ''
  const least = Math.min(numberOr(schema['minLength'], 0), 10_000)
  return 'demo'.padEnd(least, '-').slice(0, numberOr(schema['maxLength'], Number.POSITIVE_INFINITY))
}

function sampleNumber(schema: Schema): number {
  const step = numberOr(schema['multipleOf'], 0)
  const value = schema['type'] === 'integer' ? sampleInteger(schema) : sampleReal(schema)
  return step > 0 ? Math.ceil(value / step) * step : value
}

/** 1, or the allowed integer next to it. */
function sampleInteger(schema: Schema): number {
  const least = Math.max(
    Math.ceil(numberOr(schema['minimum'], Number.NEGATIVE_INFINITY)),
    Math.floor(numberOr(schema['exclusiveMinimum'], Number.NEGATIVE_INFINITY)) + 1,
  )
  const most = Math.min(
    Math.floor(numberOr(schema['maximum'], Number.POSITIVE_INFINITY)),
    Math.ceil(numberOr(schema['exclusiveMaximum'], Number.POSITIVE_INFINITY)) - 1,
  )
  return Math.min(Math.max(1, least), most)
}

/** The middle of the allowed range, or 1 beyond its one end. */
function sampleReal(schema: Schema): number {
  const least = numberOr(schema['minimum'], numberOr(schema['exclusiveMinimum'], Number.NaN))
  const most = numberOr(schema['maximum'], numberOr(schema['exclusiveMaximum'], Number.NaN))
  if (Number.isNaN(least)) return Number.isNaN(most) ? 1 : most - 1
  return Number.isNaN(most) ? least + 1 : (least + most) / 2
}

function sampleArray(schema: Schema, place: Place): readonly unknown[] {
  const length = Math.min(numberOr(schema['minItems'], 1), 100)
  if (place.depth > deepest) return []
  return Array.from({ length }, () => sample(schema['items'], deeper(place)))
}

/** Below the deepest level only what is required, so that schemas which hold themselves come to an end. */
function sampleObject(schema: Schema, place: Place): Schema {
  const properties = schema['properties']
  if (!isRecord(properties) || place.depth > deepest) return {}
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const wanted = Object.entries(properties).filter(([key]) => place.depth < 3 || required.includes(key))
  return Object.fromEntries(wanted.map(([key, value]) => [key, sample(value, deeper(place))]))
}
