import type { OwnTool } from '../own-parts.ts'
import { annotationsOf } from './own-tool.ts'

export const callToolName = 'hearth_call_tool'

/**
 * Calls a tool that is not in the caller's list. The endpoint takes name and arguments out of it and goes the way of an
 * ordinary tools/call, so that switches, limits, questions, progress and the audit are the same; it is never called here.
 */
export const callTool: OwnTool = {
  definition: {
    name: callToolName,
    title: 'Call a tool',
    description:
      'Calls any tool of the house by name, also one that is not in your list. ' +
      'Find it with hearth_search_tools and read its schema with hearth_describe_tools first.',
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 128, description: 'Name of the tool' },
        arguments: { type: 'object', description: 'Its arguments, as its inputSchema says' },
      },
      required: ['name'],
      additionalProperties: false,
    },
    annotations: annotationsOf('Call a tool', 'acts'),
  },
  anyOf: ['tools'],
  call: async () => {
    throw new Error(`${callToolName} is run by the endpoint`)
  },
}
