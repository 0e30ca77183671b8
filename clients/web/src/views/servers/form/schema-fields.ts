/** One value that a person gives a tool; what the schema says about it, as far as a form needs it. */
export type Field = {
  readonly name: string
  readonly label: string
  readonly description: string | undefined
  readonly isRequired: boolean
  /** What is given when nothing is written; as text. */
  readonly initial: string
} & FieldKind

export type FieldKind =
  | {
      readonly kind: 'text'
      readonly format: string | undefined
      readonly pattern: string | undefined
      readonly least: number
      readonly most: number
    }
  | { readonly kind: 'number'; readonly isWhole: boolean; readonly least: number; readonly most: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[] }
  /** One value a line. */
  | {
      readonly kind: 'list'
      readonly items: 'text' | 'number' | 'integer'
      readonly least: number
      readonly most: number
    }
  /** JSON text of that type. */
  | { readonly kind: 'json'; readonly type: 'object' | 'array' | 'any' }

export interface Choice {
  readonly text: string
  readonly value: unknown
}

/** A field for each argument; or one text for all of them, where the schema cannot be laid out as fields. */
export type ToolForm = { readonly kind: 'fields'; readonly fields: readonly Field[] } | { readonly kind: 'json' }

const fieldsAtMost = 60
const choicesAtMost = 200

/** @param schema `inputSchema` of a tool, untrusted. */
export function toolForm(schema: unknown): ToolForm {
  if (!isObject(schema)) return { kind: 'fields', fields: [] }
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : []
  const isComposed = ['$ref', 'anyOf', 'oneOf', 'allOf', 'if', 'dependentSchemas'].some((key) => key in schema)
  const isOpen = properties.length === 0 && schema['additionalProperties'] !== false && 'additionalProperties' in schema
  if (isComposed || isOpen || properties.length > fieldsAtMost) return { kind: 'json' }
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  return { kind: 'fields', fields: properties.map(([name, part]) => fieldOf(name, part, required.includes(name))) }
}

function fieldOf(name: string, part: unknown, isRequired: boolean): Field {
  const schema = isObject(part) ? part : {}
  const kind = kindOf(schema)
  const base = {
    name,
    label: textIn(schema, 'title') ?? name,
    description: textIn(schema, 'description'),
    isRequired,
    initial: initialOf(kind, schema['default']),
  }
  return { ...base, ...kind }
}

function kindOf(schema: Schema): FieldKind {
  const choices = choicesOf(schema)
  if (choices !== undefined) return { kind: 'choice', choices }
  switch (typeOf(schema)) {
    case 'string':
      return textKind(schema)
    case 'number':
    case 'integer':
      return numberKind(schema)
    case 'boolean':
      return { kind: 'boolean' }
    case 'array':
      return listKind(schema)
    case 'object':
      return { kind: 'json', type: 'object' }
    default:
      return { kind: 'json', type: 'any' }
  }
}

const textKind = (schema: Schema): FieldKind => ({
  kind: 'text',
  format: textIn(schema, 'format'),
  pattern: textIn(schema, 'pattern'),
  least: numberIn(schema, 'minLength') ?? 0,
  most: numberIn(schema, 'maxLength') ?? Number.POSITIVE_INFINITY,
})

const numberKind = (schema: Schema): FieldKind => ({
  kind: 'number',
  isWhole: typeOf(schema) === 'integer',
  least: numberIn(schema, 'minimum') ?? Number.NEGATIVE_INFINITY,
  most: numberIn(schema, 'maximum') ?? Number.POSITIVE_INFINITY,
})

function listKind(schema: Schema): FieldKind {
  const items = isObject(schema['items']) ? schema['items'] : {}
  const type = typeOf(items)
  if (type !== 'string' && type !== 'number' && type !== 'integer') return { kind: 'json', type: 'array' }
  return {
    kind: 'list',
    items: type === 'string' ? 'text' : type,
    least: numberIn(schema, 'minItems') ?? 0,
    most: numberIn(schema, 'maxItems') ?? Number.POSITIVE_INFINITY,
  }
}

function choicesOf(schema: Schema): readonly Choice[] | undefined {
  if (Array.isArray(schema['enum'])) return fewChoices(schema['enum'].map(plainChoice))
  // Titled choices, as elicitation of MCP has them too.
  const titled = Array.isArray(schema['oneOf']) ? schema['oneOf'] : undefined
  if (titled?.every((each) => isObject(each) && 'const' in each) !== true) return undefined
  return fewChoices(titled.map((each) => ({ ...plainChoice(each['const']), ...titleOf(each) })))
}

const fewChoices = (choices: readonly Choice[]): readonly Choice[] | undefined =>
  choices.length === 0 || choices.length > choicesAtMost ? undefined : choices

const plainChoice = (value: unknown): Choice => ({
  text: typeof value === 'string' ? value : JSON.stringify(value),
  value,
})

function titleOf(schema: Schema): { readonly text: string } | Record<never, never> {
  const text = textIn(schema, 'title')
  return text === undefined ? {} : { text }
}

/** `['string', 'null']` is a string that may be left out. */
function typeOf(schema: Schema): unknown {
  const { type } = schema
  if (!Array.isArray(type)) return type
  const [only, ...others] = type.filter((each) => each !== 'null')
  return others.length === 0 ? only : undefined
}

function initialOf(kind: FieldKind, value: unknown): string {
  if (value === undefined || value === null) return ''
  switch (kind.kind) {
    case 'choice': {
      const at = kind.choices.findIndex((choice) => JSON.stringify(choice.value) === JSON.stringify(value))
      return at === -1 ? '' : String(at)
    }
    case 'list':
      return Array.isArray(value) ? value.map(String).join('\n') : ''
    case 'json':
      return JSON.stringify(value, null, 2)
    case 'text':
    case 'number':
    case 'boolean':
      return typeof value === 'object' ? '' : String(value)
  }
}

interface Schema {
  readonly [key: string]: unknown
  readonly type?: unknown
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function textIn(schema: Schema, key: string): string | undefined {
  const value = schema[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberIn(schema: Schema, key: string): number | undefined {
  const value = schema[key]
  return typeof value === 'number' ? value : undefined
}
