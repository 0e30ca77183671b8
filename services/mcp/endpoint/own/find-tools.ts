import { z } from 'zod'
import { resourceName } from '../../../common/contracts/resource.ts'
import type { Aggregator, Audience } from '../../aggregator/aggregator.ts'
import type { CatalogTool } from '../../aggregator/catalog.ts'
import type { OwnTool } from '../own-parts.ts'
import { callToolName } from './call-tool.ts'
import { ownTool } from './own-tool.ts'
import { explainRefusal } from './tool-refusal.ts'

/** A description in a list of finds; the whole one is in hearth_describe_tools. */
const SUMMARY_CHARACTERS = 300
/** Asked of the index when finds of one server only are wanted. */
const WIDE_SEARCH = 200

const toolName = z.string().min(1).max(128)

const searchInput = z.strictObject({
  query: z.string().trim().min(1).max(400).describe('What the tool should do, in a few words'),
  server: resourceName.exactOptional().describe('Only tools of this server'),
  limit: z.int().min(1).max(50).default(10).describe('How many at most'),
})

const foundTool = z.object({
  name: z.string(),
  server: z.string(),
  title: z.string().exactOptional(),
  description: z.string().describe('Cut when it is long'),
  parameters: z.array(z.string()).describe('Names; those that are required end with *'),
})

/** Search, then describe: so that a list of tools need not hold hundreds of schemas. */
export const findTools = (aggregator: Aggregator): readonly OwnTool[] => [
  searchTools(aggregator),
  describeTools(aggregator),
]

const searchTools = (aggregator: Aggregator): OwnTool =>
  ownTool({
    name: 'hearth_search_tools',
    title: 'Search tools',
    description:
      'Finds tools of all connected servers by what they do, best first; also those that are not in your list. ' +
      `Then hearth_describe_tools for their schemas, and ${callToolName} to call one.`,
    effect: 'reads',
    anyOf: ['tools'],
    input: searchInput,
    output: z.object({ tools: z.array(foundTool) }),
    run: async ({ query, server, limit }, { audience }) => {
      const found = aggregator.search(query, audience, server === undefined ? limit : WIDE_SEARCH)
      const wanted = found.filter(({ tool }) => server === undefined || tool.server === server)
      return { tools: wanted.slice(0, limit).map(({ tool }) => summaryOf(tool)) }
    },
  })

function summaryOf({ server, exposed }: CatalogTool): z.output<typeof foundTool> {
  const { name, title, description = '', inputSchema } = exposed
  const required = new Set(inputSchema.required ?? [])
  const parameters = Object.keys(inputSchema.properties ?? {})
  return {
    name,
    server,
    ...(title === undefined ? {} : { title }),
    description: shortened(description),
    parameters: parameters.map((parameter) => (required.has(parameter) ? `${parameter}*` : parameter)),
  }
}

const shortened = (text: string): string =>
  text.length <= SUMMARY_CHARACTERS ? text : `${text.slice(0, SUMMARY_CHARACTERS - 1)}…`.toWellFormed()

const describeInput = z.strictObject({
  names: z.array(toolName).min(1).max(20).describe('Names as hearth_search_tools gave them'),
})

const describedTool = z.object({
  name: z.string(),
  server: z.string(),
  title: z.string().exactOptional(),
  description: z.string().exactOptional(),
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()).exactOptional(),
  annotations: z.record(z.string(), z.unknown()).exactOptional(),
})

const refusedTool = z.object({ name: z.string(), code: z.string(), reason: z.string() })

const describeTools = (aggregator: Aggregator): OwnTool =>
  ownTool({
    name: 'hearth_describe_tools',
    title: 'Describe tools',
    description: 'The whole description and the schemas of up to 20 tools, by name.',
    effect: 'reads',
    anyOf: ['tools'],
    input: describeInput,
    output: z.object({ tools: z.array(describedTool), refused: z.array(refusedTool) }),
    run: async ({ names }, { audience }) => {
      const looked = [...new Set(names)].map((name) => describe(aggregator, name, audience))
      return {
        tools: looked.flatMap((look) => (look.type === 'tool' ? [look.tool] : [])),
        refused: looked.flatMap((look) => (look.type === 'refused' ? [look.refused] : [])),
      }
    },
  })

type Look =
  | { readonly type: 'tool'; readonly tool: z.output<typeof describedTool> }
  | { readonly type: 'refused'; readonly refused: z.output<typeof refusedTool> }

function describe(aggregator: Aggregator, name: string, audience: Audience): Look {
  const tool = aggregator.catalog().tools.get(name)
  const refusal = tool === undefined ? 'unknown' : aggregator.refusal(name, audience)
  if (tool === undefined || refusal !== undefined) {
    return { type: 'refused', refused: { name, ...explainRefusal(refusal ?? 'unknown') } }
  }
  const { title, description, inputSchema, outputSchema, annotations } = tool.exposed
  return {
    type: 'tool',
    tool: {
      name,
      server: tool.server,
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { description }),
      inputSchema: { ...inputSchema },
      ...(outputSchema === undefined ? {} : { outputSchema: { ...outputSchema } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
    },
  }
}
