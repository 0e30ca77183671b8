/** The schema without any `x-mcp-header`; a property of that name stays. */
export function stripHeaders<Schema extends object>(schema: Schema): Schema {
  return copy(schema, false) as Schema
}

function copy(value: unknown, isNames: boolean): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item, false))
  const kept = Object.entries(value).filter(([key]) => isNames || key !== 'x-mcp-header')
  return Object.fromEntries(
    kept.map(([key, item]: [string, unknown]) => [key, copy(item, !isNames && key === 'properties')]),
  )
}
