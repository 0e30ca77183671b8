import { type CacheableRequestOptions, type Client, ProtocolError, type Tool } from '@modelcontextprotocol/client'
import type { UpstreamListing } from '../../upstream.ts'
import type { Link } from '../link/link.ts'

/** Of everything that an upstream lists; what is more is cut off. */
const maxEntries = 10_000

export interface ListOrder {
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** What it can do was asked a moment ago, when it was started. */
  readonly isFresh: boolean
}

/** Asks an upstream for all it has, its lists at the same time. @throws what the SDK throws. */
export async function listAll({ client, era }: Link, order: ListOrder): Promise<UpstreamListing> {
  const options = { signal: order.signal, timeout: order.timeoutMs, cacheMode: 'bypass' as const }
  if (era === 'modern' && !order.isFresh) await client.discover(options)
  const capabilities = client.getDiscoverResult()?.capabilities ?? client.getServerCapabilities() ?? {}
  const lists: Lists = { client, options }
  const has = { tools: capabilities.tools !== undefined, resources: capabilities.resources !== undefined }
  const [tools, prompts, resources, resourceTemplates] = await Promise.all([
    has.tools ? listTools(lists) : [],
    capabilities.prompts === undefined ? [] : listPrompts(lists),
    has.resources ? listResources(lists) : [],
    has.resources ? listTemplates(lists) : [],
  ])
  const instructions = client.getDiscoverResult()?.instructions ?? client.getInstructions()
  return { capabilities, instructions, tools, prompts, resources, resourceTemplates }
}

interface Lists {
  readonly client: Client
  readonly options: CacheableRequestOptions
}

const listTools = async ({ client, options }: Lists): Promise<readonly Tool[]> =>
  (await client.listTools(undefined, options)).tools.slice(0, maxEntries)

const listPrompts = ({ client, options }: Lists) =>
  orNothing(async () => (await client.listPrompts(undefined, options)).prompts)

const listResources = ({ client, options }: Lists) =>
  orNothing(async () => (await client.listResources(undefined, options)).resources)

const listTemplates = ({ client, options }: Lists) =>
  orNothing(async () => (await client.listResourceTemplates(undefined, options)).resourceTemplates)

/** Many servers name a capability and have only half of it, and say so with an error. */
async function orNothing<Entry>(list: () => Promise<readonly Entry[]>): Promise<readonly Entry[]> {
  try {
    return (await list()).slice(0, maxEntries)
  } catch (error) {
    if (error instanceof ProtocolError) return []
    throw error
  }
}
