import type { CallToolResult, Result, Tool } from '@modelcontextprotocol/client'

/**
 * In how far an answer is not what the tool promised, for people; undefined: it looks right. Only the outermost layer is
 * looked at: to run a schema of a stranger over data of the same stranger is to work for him (patterns that never end).
 */
export function outputMismatch(tool: Tool | undefined, result: CallToolResult | Result): string | undefined {
  const schema: Readonly<Record<string, unknown>> | undefined = tool?.outputSchema
  if (schema === undefined || result['isError'] === true) return undefined
  const content = result['structuredContent']
  if (content === undefined) return 'it promises structured content and gave none'
  if (schema['type'] !== 'object') return undefined
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return 'its content is not an object'
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const missing = required.filter((name) => typeof name === 'string' && !Object.hasOwn(content, name))
  return missing.length === 0 ? undefined : `its content lacks ${missing.length} of the fields it promises`
}
