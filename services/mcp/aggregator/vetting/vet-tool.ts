import type { Tool } from '@modelcontextprotocol/client'
import { cleanIcons, cleanMeta } from './clean-extras.ts'
import { cleanSchema } from './clean-schema.ts'
import { cleanText, hasHidden } from './clean-text.ts'
import { headerFault } from './header-fault.ts'
import { stripHeaders } from './strip-headers.ts'

/** A tool as it may be kept, or why it may not. */
export type VettedTool =
  | { readonly type: 'fit'; readonly definition: Tool; readonly raw: Tool }
  | { readonly type: 'refused'; readonly name: string; readonly reason: string }

/** Longest own name; the specification recommends at most 128. */
const maxOwnName = 256
const maxTitle = 200
const maxDescription = 8192
const maxBytes = 128 * 1024

/** `overHttp`: a client must drop a tool whose header rules are broken; elsewhere only the rules go. */
export function vetTool(tool: Tool, overHttp: boolean): VettedTool {
  const refused = (reason: string): VettedTool => ({ type: 'refused', name: cleanText(tool.name, maxOwnName), reason })
  if (!isUsableName(tool.name)) return refused('its name is empty, too long, or holds hidden characters or line breaks')
  const input = cleanSchema(tool.inputSchema)
  if (input.type === 'refused') return refused(input.reason)
  const output = tool.outputSchema === undefined ? undefined : cleanSchema(tool.outputSchema)
  if (output?.type === 'refused') return refused(output.reason)
  const fault = headerFault(input.schema)
  if (fault !== undefined && overHttp) return refused(fault)
  const definition: Tool = {
    name: tool.name,
    ...textsOf(tool),
    inputSchema: fault === undefined ? input.schema : stripHeaders(input.schema),
    ...(output !== undefined && { outputSchema: output.schema }),
    ...annotationsOf(tool),
    ...cleanIcons(tool.icons),
    ...cleanMeta(tool._meta),
  }
  if (JSON.stringify(definition).length > maxBytes) return refused(`it is larger than ${maxBytes / 1024} KiB`)
  return { type: 'fit', definition, raw: tool }
}

/** Calls need it as it is, people and models read it as it is: what they cannot see is in none. */
export const isUsableName = (name: string): boolean =>
  name.trim() !== '' && name.length <= maxOwnName && name.isWellFormed() && !/[\t\n]/.test(name) && !hasHidden(name)

const textsOf = ({ title, description }: Tool): Pick<Tool, 'title' | 'description'> => ({
  ...(title !== undefined && { title: cleanText(title, maxTitle) }),
  ...(description !== undefined && { description: cleanText(description, maxDescription) }),
})

/** Hints, never rules: they come from whom they judge. */
function annotationsOf({ annotations }: Tool): Pick<Tool, 'annotations'> {
  if (annotations === undefined) return {}
  const { title, readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations
  return {
    annotations: {
      ...(title !== undefined && { title: cleanText(title, maxTitle) }),
      ...(readOnlyHint !== undefined && { readOnlyHint }),
      ...(destructiveHint !== undefined && { destructiveHint }),
      ...(idempotentHint !== undefined && { idempotentHint }),
      ...(openWorldHint !== undefined && { openWorldHint }),
    },
  }
}
