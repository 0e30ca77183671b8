import { type CacheableRequestOptions, type Client, ProtocolError } from '@modelcontextprotocol/client'
import type { UpstreamListing } from '../../upstream.ts'
import type { Link } from '../link/link.ts'

/** Of everything that an upstream lists; what is more is cut off. */
const maxEntries = 10_000

/** Asks an upstream for all it has. @throws what the SDK throws. */
export async function listAll({ client, era }: Link, signal: AbortSignal, timeoutMs: number): Promise<UpstreamListing> {
  const options = { signal, timeout: timeoutMs, cacheMode: 'bypass' as const }
  if (era === 'modern') await client.discover(options)
  const capabilities = client.getDiscoverResult()?.capabilities ?? client.getServerCapabilities() ?? {}
  const { prompts, resources, tools } = capabilities
  const lists: Lists = { client, options }
  return {
    capabilities,
    instructions: client.getDiscoverResult()?.instructions ?? client.getInstructions(),
    tools: tools === undefined ? [] : (await client.listTools(undefined, options)).tools.slice(0, maxEntries),
    prompts: prompts === undefined ? [] : await listPrompts(lists),
    resources: resources === undefined ? [] : await listResources(lists),
    resourceTemplates: resources === undefined ? [] : await listTemplates(lists),
  }
}

interface Lists {
  readonly client: Client
  readonly options: CacheableRequestOptions
}

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
