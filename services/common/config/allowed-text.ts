import { keysOf, type SchemaNode, variantsOf } from './schema-node.ts'

/** What may stand at a place, for a person: "a whole number from 0 to 65535". */
export function allowedText(node: SchemaNode): string {
  return [...new Set(variantsOf(node).map(variantText))].join(' or ')
}

function variantText(node: SchemaNode): string {
  if (node.const !== undefined) return String(node.const)
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`
  switch (node.type) {
    case 'integer':
      return `a whole number${rangeText(node)}`
    case 'number':
      return `a number${rangeText(node)}`
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    case 'array':
      return listText(node)
    case 'object':
      return sectionText(node)
    default:
      return stringText(node)
  }
}

function rangeText(node: SchemaNode): string {
  const low = node.minimum === undefined || node.minimum <= Number.MIN_SAFE_INTEGER ? undefined : node.minimum
  const high = node.maximum === undefined || node.maximum >= Number.MAX_SAFE_INTEGER ? undefined : node.maximum
  const parts = [
    low === undefined ? '' : ` from ${low}`,
    typeof node.exclusiveMinimum === 'number' ? ` above ${node.exclusiveMinimum}` : '',
    high === undefined ? '' : ` up to ${high}`,
  ]
  return parts.join('')
}

function listText(node: SchemaNode): string {
  const item = typeof node.items === 'object' && !Array.isArray(node.items) ? allowedText(node.items) : 'values'
  return `a list, each ${item}`
}

function sectionText(node: SchemaNode): string {
  const keys = keysOf(node)
  return keys.length === 0 ? 'a map of names' : `a section with ${keys.join(', ')}`
}

function stringText(node: SchemaNode): string {
  if (node.format === 'uri') return 'a URL such as https://host:port'
  if (node.minLength !== undefined && node.minLength > 0) return 'a text that is not empty'
  return 'a text'
}
