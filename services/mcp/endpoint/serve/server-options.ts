import type { ServerOptions } from '@modelcontextprotocol/server'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv'

const instructions = [
  'Hearth serves the tools, prompts and resources of many servers of this home at one address.',
  'Not every tool need be listed: find others with hearth_search_tools, read their schema with hearth_describe_tools and',
  'call them with hearth_call_tool. A tool that is switched off or waits for approval says so when it is called.',
  'Resources hearth://… are the settings, devices and conversations of the home.',
].join(' ')

/** What every server of the endpoint says about itself. `listTtlMs`: how long a list may be kept without asking. */
export function serverOptions(listTtlMs: number): ServerOptions {
  const kept = { ttlMs: listTtlMs, cacheScope: 'private' } as const
  return {
    capabilities: {
      tools: { listChanged: true },
      prompts: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
      completions: {},
      logging: {},
    },
    instructions,
    cacheHints: {
      'server/discover': kept,
      'tools/list': kept,
      'prompts/list': kept,
      'resources/list': kept,
      'resources/templates/list': kept,
      // Nobody is told that content changed who did not subscribe.
      'resources/read': { ttlMs: 0, cacheScope: 'private' },
    },
    // One for all: each would compile its own.
    jsonSchemaValidator: new AjvJsonSchemaValidator(),
  }
}
