import { HearthError } from '../../common/errors/hearth-error.ts'
import { isRecord } from '../../common/is-record.ts'
import type { GrammarSchema } from './wire-schema.ts'

type Json = Readonly<Record<string, unknown>>
type Definitions = Readonly<Record<string, GrammarSchema>>

interface Place {
  /** Where the schema stands in the request, for messages. */
  readonly path: string
  readonly depth: number
  /** Counts schemas over the whole document. */
  readonly budget: { left: number }
}

const maxDepth = 32
const maxSchemas = 2000
/** Longer repetitions make grammars that no engine accepts; longer bounds than this are not enforced. */
const maxRepetition = 256

/** Keywords that change which JSON fits in a way a grammar of ours cannot follow. */
const unsupported = [
  'not',
  'if',
  'patternProperties',
  'dependentSchemas',
  'dependentRequired',
  'propertyNames',
  'contains',
]

/** Any JSON value. */
const anything: GrammarSchema = {
  oneOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'null' },
    { type: 'array' },
    { type: 'object', additionalProperties: true },
  ],
}

/** An object with whatever members. */
export const anyObject: GrammarSchema = { type: 'object', additionalProperties: true }

/**
 * A caller's JSON Schema as the grammar the engine knows. Structure, `enum`, `const`, `anyOf`/`oneOf`, local `$ref`,
 * lengths up to 256 and date formats are enforced; every declared property is written, as if all were required. Bounds on
 * values (`pattern`, `minimum`, …) are left out.
 * @throws HearthError `caller_unsupported_feature` for what a grammar cannot follow, `caller_invalid_request` for what
 *   is no schema, naming the place in the request.
 */
export function mapJsonSchema(schema: unknown, path: string): GrammarSchema {
  const place: Place = { path, depth: 0, budget: { left: maxSchemas } }
  const mapped = mapSchema(schema, place)
  const definitions = isRecord(schema) ? mapDefinitions(schema, place) : {}
  return Object.keys(definitions).length === 0 ? mapped : withDefinitions(mapped, definitions)
}

/** The library looks for definitions on schemas that can hold others; a scalar needs none. */
function withDefinitions(schema: GrammarSchema, definitions: Definitions): GrammarSchema {
  if ('oneOf' in schema || '$ref' in schema) return { ...schema, $defs: definitions }
  if ('type' in schema && (schema.type === 'object' || schema.type === 'array'))
    return { ...schema, $defs: definitions }
  return schema
}

type Rule = (schema: Json, place: Place) => GrammarSchema | undefined

/** The first rule that knows the schema maps it. */
const rules: readonly Rule[] = [
  refuseUnsupported,
  mapReference,
  mapConstant,
  mapAlternatives,
  mapSingleAllOf,
  mapTypeList,
  mapObject,
  mapArray,
  mapString,
  mapScalar,
]

function mapSchema(schema: unknown, place: Place): GrammarSchema {
  place.budget.left -= 1
  if (place.budget.left < 0 || place.depth > maxDepth) {
    throw refuse(place, `is too large: at most ${maxSchemas} schemas, ${maxDepth} deep`)
  }
  if (schema === true) return anything
  if (!isRecord(schema)) {
    throw new HearthError('caller_invalid_request', `${place.path} must be a JSON Schema.`, {
      details: { param: place.path },
    })
  }
  for (const rule of rules) {
    const mapped = rule(schema, place)
    if (mapped !== undefined) return mapped
  }
  return anything
}

function refuseUnsupported(schema: Json, place: Place): undefined {
  const keyword = unsupported.find((name) => schema[name] !== undefined)
  if (keyword !== undefined) throw refuse(place, `uses "${keyword}"`)
}

function mapReference({ $ref }: Json, place: Place): GrammarSchema | undefined {
  if (typeof $ref !== 'string') return undefined
  const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec($ref)?.[1]
  if (name === undefined) throw refuse(place, 'uses a "$ref" that does not begin with #/$defs/')
  return { $ref: `#/$defs/${name}` }
}

function mapConstant(schema: Json, place: Place): GrammarSchema | undefined {
  const values = 'const' in schema ? [schema['const']] : schema['enum']
  if (!Array.isArray(values)) return undefined
  if (values.length === 0 || !values.every(isScalar)) throw refuse(place, 'lists values that are not plain')
  return { enum: values }
}

function mapAlternatives({ oneOf, anyOf }: Json, place: Place): GrammarSchema | undefined {
  const [keyword, alternatives] = oneOf === undefined ? ['anyOf', anyOf] : ['oneOf', oneOf]
  if (!Array.isArray(alternatives) || alternatives.length === 0) return undefined
  return { oneOf: alternatives.map((each, index) => mapSchema(each, inside(place, `${keyword}[${index}]`))) }
}

/** Some generators wrap a reference in an `allOf` of one. */
function mapSingleAllOf({ allOf }: Json, place: Place): GrammarSchema | undefined {
  if (!Array.isArray(allOf)) return undefined
  if (allOf.length !== 1) throw refuse(place, 'uses "allOf"')
  return mapSchema(allOf[0], inside(place, 'allOf[0]'))
}

function mapTypeList(schema: Json, place: Place): GrammarSchema | undefined {
  const { type } = schema
  if (!Array.isArray(type) || type.length === 0) return undefined
  return { oneOf: type.map((each) => mapSchema({ ...schema, type: each }, { ...place, depth: place.depth + 1 })) }
}

function mapObject(schema: Json, place: Place): GrammarSchema | undefined {
  const { type, properties, additionalProperties } = schema
  if (type !== 'object' && !(type === undefined && isRecord(properties))) return undefined
  const mapped = mapMembers(isRecord(properties) ? properties : {}, inside(place, 'properties'))
  const isOpen = Object.keys(mapped).length === 0 && additionalProperties !== false
  const others = isRecord(additionalProperties)
    ? mapSchema(additionalProperties, inside(place, 'additionalProperties'))
    : additionalProperties === true || isOpen
  return { type: 'object', properties: mapped, ...(others === false ? {} : { additionalProperties: others }) }
}

function mapArray(schema: Json, place: Place): GrammarSchema | undefined {
  const { type, items, prefixItems } = schema
  if (type !== 'array') return undefined
  return {
    type: 'array',
    ...(items === undefined ? {} : { items: mapSchema(items, inside(place, 'items')) }),
    ...(Array.isArray(prefixItems)
      ? { prefixItems: prefixItems.map((each, index) => mapSchema(each, inside(place, `prefixItems[${index}]`))) }
      : {}),
    ...bounds(schema, place, 'minItems', 'maxItems'),
  }
}

const dateFormats = ['date-time', 'date', 'time'] as const

function mapString(schema: Json, place: Place): GrammarSchema | undefined {
  if (schema['type'] !== 'string') return undefined
  const format = dateFormats.find((each) => each === schema['format'])
  if (format !== undefined) return { type: 'string', format }
  return { type: 'string', ...bounds(schema, place, 'minLength', 'maxLength') }
}

const scalarTypes = ['number', 'integer', 'boolean', 'null'] as const

function mapScalar({ type }: Json, place: Place): GrammarSchema | undefined {
  if (type === undefined) return undefined
  const known = scalarTypes.find((each) => each === type)
  if (known === undefined) throw refuse(place, 'names a type that JSON does not have')
  return { type: known }
}

function bounds<Least extends string, Most extends string>(schema: Json, place: Place, least: Least, most: Most) {
  const [min, max] = [schema[least], schema[most]]
  if (typeof min === 'number' && min > maxRepetition)
    throw refuse(place, `asks for more than ${maxRepetition} by "${least}"`)
  return {
    ...(isCount(min) ? { [least]: min } : {}),
    ...(isCount(max) && max <= maxRepetition ? { [most]: max } : {}),
  }
}

const mapMembers = (members: Json, place: Place): Definitions =>
  Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, mapSchema(schema, inside(place, name))]))

function mapDefinitions(schema: Json, place: Place): Definitions {
  const { $defs, definitions } = schema
  return {
    ...(isRecord(definitions) ? mapMembers(definitions, inside(place, 'definitions')) : {}),
    ...(isRecord($defs) ? mapMembers($defs, inside(place, '$defs')) : {}),
  }
}

const inside = (place: Place, name: string): Place => ({
  ...place,
  path: `${place.path}.${name}`,
  depth: place.depth + 1,
})

const refuse = ({ path }: Place, what: string) =>
  new HearthError('caller_unsupported_feature', `The local model cannot follow ${path}: it ${what}.`, {
    details: { param: path },
  })

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0
const isScalar = (value: unknown) => value === null || ['string', 'number', 'boolean'].includes(typeof value)
