type Fields = Readonly<Record<string, unknown>>

/**
 * Names of `_meta` that describe one hop and never cross to the next: prefixes whose second label is `mcp` or
 * `modelcontextprotocol` (specification 2026-07-28, basic, `_meta`), the token of progress, and what only the house says.
 */
const isOfTheHop = (name: string): boolean =>
  name === 'progressToken' || /^(?:hearth|[^./]+\.(?:mcp|modelcontextprotocol)(?:\.[^/]*)?)\//.test(name)

/** The same fields, their `_meta` without what is reserved for the hop; no `_meta` when nothing is left. */
export function stripMeta<Value extends Fields>(fields: Value): Value {
  const { _meta: meta, ...rest } = fields
  if (typeof meta !== 'object' || meta === null) return fields
  const kept = Object.entries(meta).filter(([name]) => !isOfTheHop(name))
  // What is left has the shape of what came in: `_meta` is optional wherever it stands.
  return (kept.length === 0 ? rest : { ...rest, _meta: Object.fromEntries(kept) }) as Value
}
