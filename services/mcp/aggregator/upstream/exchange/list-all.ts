import { type Client, ProtocolError, type RequestOptions } from '@modelcontextprotocol/client'
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
  return {
    capabilities,
    instructions: client.getDiscoverResult()?.instructions ?? client.getInstructions(),
    tools: tools === undefined ? [] : (await client.listTools(undefined, options)).tools.slice(0, maxEntries),
    prompts: prompts === undefined ? [] : (await client.listPrompts(undefined, options)).prompts.slice(0, maxEntries),
    ...(resources === undefined ? { resources: [], resourceTemplates: [] } : await listResources(client, options)),
  }
}

async function listResources(client: Client, options: RequestOptions & { readonly cacheMode: 'bypass' }) {
  const { resources } = await client.listResources(undefined, options)
  return { resources: resources.slice(0, maxEntries), resourceTemplates: await listTemplates(client, options) }
}

/** Many servers of resources have no templates, and say so with an error. */
async function listTemplates(client: Client, options: RequestOptions & { readonly cacheMode: 'bypass' }) {
  try {
    return (await client.listResourceTemplates(undefined, options)).resourceTemplates.slice(0, maxEntries)
  } catch (error) {
    if (error instanceof ProtocolError) return []
    throw error
  }
}
