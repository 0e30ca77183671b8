import { isRecord } from '../../../common/is-record.ts'

const keyword = 'x-mcp-header'
/** RFC 9110 §5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const primitive = new Set<unknown>(['string', 'integer', 'boolean'])

type Json = Readonly<Record<string, unknown>>

/**
 * What is wrong with the headers that the schema wants arguments to be sent in; undefined: nothing. A client over HTTP
 * must drop such a tool (2026-07-28, server/tools: only on string, integer and boolean properties that are reached by
 * `properties` alone, names unique whatever their case).
 */
export function headerFault(inputSchema: Json): string | undefined {
  const seen = new Set<string>()
  const reachable = visitReachable(inputSchema, true, seen)
  if (reachable !== undefined) return reachable
  return countKeyword(inputSchema) > seen.size ? 'x-mcp-header stands where a client cannot reach it' : undefined
}

function visitReachable(schema: Json, isRoot: boolean, seen: Set<string>): string | undefined {
  const fault = keyword in schema ? ownFault(schema, isRoot, seen) : undefined
  if (fault !== undefined) return fault
  for (const child of childrenOf(schema['properties'])) {
    const below = visitReachable(child, false, seen)
    if (below !== undefined) return below
  }
  return undefined
}

function ownFault(schema: Json, isRoot: boolean, seen: Set<string>): string | undefined {
  const header = schema[keyword]
  if (isRoot || !primitive.has(schema['type'])) return 'x-mcp-header stands on what is no string, integer or boolean'
  if (typeof header !== 'string' || !token.test(header)) return 'x-mcp-header is no name of an HTTP header'
  const name = header.toLowerCase()
  if (seen.has(name)) return 'x-mcp-header names the same header twice'
  seen.add(name)
  return undefined
}

/** As a keyword, not as the name of a property. */
function countKeyword(value: unknown, inNames = false): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countKeyword(item), 0)
  if (!isRecord(value)) return 0
  const own = !inNames && keyword in value ? 1 : 0
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + countKeyword(item, !inNames && key === 'properties'),
    own,
  )
}

const childrenOf = (properties: unknown): readonly Json[] =>
  isRecord(properties) ? Object.values(properties).filter(isRecord) : []
