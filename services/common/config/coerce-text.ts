import { entryOf, type SchemaNode, variantsOf } from './schema-node.ts'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * Reads a text from the environment as what the place takes: numbers, true/false, null, lists as JSON or separated by commas.
 * What does not fit stays a text, so that the schema can say what is allowed.
 */
export function coerceText(node: SchemaNode, text: string): unknown {
  const variants = variantsOf(node)
  if (variants.some((variant) => isNamed(variant, text))) return text
  if (text === 'null' && variants.some((variant) => variant.type === 'null')) return null
  const list = variants.find((variant) => variant.type === 'array')
  if (list !== undefined) return coerceList(list, text)
  if (variants.some(isText)) return text
  if (NUMBER.test(text) && variants.some(isNumeric)) return Number(text)
  if (variants.some((variant) => variant.type === 'boolean')) return coerceBoolean(text)
  return text
}

const isNamed = (node: SchemaNode, text: string): boolean => node.const === text || (node.enum?.includes(text) ?? false)

const isText = (node: SchemaNode): boolean =>
  node.type === 'string' && node.const === undefined && node.enum === undefined && entryOf(node) === undefined

const isNumeric = (node: SchemaNode): boolean => node.type === 'number' || node.type === 'integer'

function coerceBoolean(text: string): unknown {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  return text
}

function coerceList(list: SchemaNode, text: string): unknown {
  const trimmed = text.trim()
  if (trimmed.startsWith('[')) return parseJson(trimmed)
  const item: SchemaNode = typeof list.items === 'object' && !Array.isArray(list.items) ? list.items : {}
  return trimmed
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => coerceText(item, part))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
