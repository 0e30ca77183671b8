import { cleanText, hasHidden } from './clean-text.ts'

/** A JSON Schema that is safe to hand on, or why it is not. */
export type CleanSchema<Schema> =
  | { readonly type: 'clean'; readonly schema: Schema }
  | { readonly type: 'refused'; readonly reason: string }

const maxDepth = 32
const maxNodes = 4000
const maxText = 4096

/** Keywords that hold text for people. */
const texts = new Set(['title', 'description', '$comment'])
/** Keywords that hold schemas by name. */
const named = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
/** Keywords that hold one schema or a list of them. */
const nested = new Set([
  ...['items', 'prefixItems', 'additionalItems', 'contains', 'unevaluatedItems'],
  ...['additionalProperties', 'unevaluatedProperties', 'propertyNames', 'if', 'then', 'else', 'not'],
  ...['allOf', 'anyOf', 'oneOf'],
])
const references = new Set(['$ref', '$dynamicRef', '$recursiveRef'])

class Refusal extends Error {}

type Role = 'schema' | 'named' | 'data'
type Json = Readonly<Record<string, unknown>>

/**
 * Copies the schema: text for people is cleaned and cut, what a program goes by must be free of hidden characters already,
 * references stay inside the schema, and depth and number of values are bounded.
 */
export function cleanSchema<Schema extends object>(schema: Schema): CleanSchema<Schema> {
  const walk = new Walk()
  try {
    // The copy has the shape of the original: only texts in it are shorter.
    return { type: 'clean', schema: walk.copy(schema, 'schema', 0) as Schema }
  } catch (error) {
    if (error instanceof Refusal) return { type: 'refused', reason: error.message }
    throw error
  }
}

class Walk {
  #nodes = 0

  copy(value: unknown, role: Role, depth: number): unknown {
    if (++this.#nodes > maxNodes) throw new Refusal(`its schema has more than ${maxNodes} values`)
    if (depth > maxDepth) throw new Refusal(`its schema is nested deeper than ${maxDepth} levels`)
    if (typeof value === 'string') return visible(value)
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map((item: unknown) => this.copy(item, role, depth + 1))
    return this.#object(value, role, depth)
  }

  #object(value: object, role: Role, depth: number): Json {
    const entries = Object.entries(value).map(([key, item]: [string, unknown]): [string, unknown] => {
      visible(key)
      return [key, role === 'schema' ? this.#keyword(key, item, depth) : this.#item(item, role, depth)]
    })
    return Object.fromEntries(entries)
  }

  #item(item: unknown, role: Role, depth: number): unknown {
    return this.copy(item, role === 'named' ? 'schema' : 'data', depth + 1)
  }

  #keyword(key: string, item: unknown, depth: number): unknown {
    if (texts.has(key) && typeof item === 'string') return cleanText(item, maxText)
    if (references.has(key) && !isLocal(item)) throw new Refusal('its schema refers to another document')
    if (named.has(key)) return this.copy(item, 'named', depth + 1)
    return this.copy(item, nested.has(key) ? 'schema' : 'data', depth + 1)
  }
}

const isLocal = (reference: unknown): boolean => typeof reference === 'string' && reference.startsWith('#')

/** Changing a key or a value would change what is called; so it is taken as it is or not at all. Delimiters are data. */
function visible(text: string): string {
  if (hasHidden(text.replaceAll('\r', ''))) throw new Refusal('its schema holds hidden characters in names or values')
  return text
}
