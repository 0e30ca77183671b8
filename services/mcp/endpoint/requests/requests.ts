import {
  type CallToolResult,
  type CompleteResult,
  type GetPromptResult,
  type InputRequiredResult,
  isInputRequiredResult,
  type ListPromptsResult,
  type ListResourcesResult,
  type ListResourceTemplatesResult,
  type ListToolsResult,
  type ReadResourceResult,
  ResourceNotFoundError,
} from '@modelcontextprotocol/server'
import { isRecord } from '../../../common/is-record.ts'
import type { View } from '../../aggregator/aggregator.ts'
import { reachedResource } from '../../aggregator/catalog/reached-resource.ts'
import type { Era } from '../../aggregator/upstream.ts'
import type { McpEndpointDeps } from '../endpoint-deps.ts'
import type { Ask } from './ask.ts'
import type { CallTool } from './call-tool.ts'
import { type Lists, mayUseUpstreams } from './lists.ts'
import { pageOfList } from './page-of-list.ts'
import type { Relay } from './relay.ts'
import type { TokenUsage } from './token-usage.ts'

interface Paged {
  readonly cursor?: string | undefined
}

export interface RequestsDeps {
  readonly aggregator: McpEndpointDeps['aggregator']
  readonly own: McpEndpointDeps['own']
  readonly lists: Lists
  readonly callTool: CallTool
  readonly relay: Relay
  readonly usage: TokenUsage
  readonly pageSize: number
}

/** URIs of our own resources; they never go to an upstream. */
export const isOwnUri = (uri: string): boolean => /^hearth:/i.test(uri)

/** Every request of the protocol, for clients of both eras. */
export class Requests {
  readonly #deps: RequestsDeps

  constructor(deps: RequestsDeps) {
    this.#deps = deps
  }

  /** Another object when anything that `listTools` shows of upstreams may have changed. */
  viewOf({ caller }: Ask): View | undefined {
    return this.#deps.lists.view(caller)
  }

  /** @throws HearthError `policy_rate_limited`. */
  countList({ caller }: Ask): void {
    this.#deps.usage.takeList(caller.principal.credentialId)
  }

  listTools(ask: Ask, { cursor }: Paged): ListToolsResult {
    this.countList(ask)
    const page = this.#page(this.#deps.lists.tools(ask.caller), ({ name }) => name, cursor)
    return { tools: [...page.items], ...next(page) }
  }

  listPrompts(ask: Ask, { cursor }: Paged): ListPromptsResult {
    this.countList(ask)
    const page = this.#page(this.#deps.lists.prompts(ask.caller), ({ name }) => name, cursor)
    return { prompts: [...page.items], ...next(page) }
  }

  async listResources(ask: Ask, { cursor }: Paged): Promise<ListResourcesResult> {
    this.countList(ask)
    const page = this.#page(await this.#deps.lists.resources(ask.caller), ({ uri }) => uri, cursor)
    return { resources: [...page.items], ...next(page) }
  }

  listTemplates(ask: Ask, { cursor }: Paged): ListResourceTemplatesResult {
    this.countList(ask)
    const page = this.#page(this.#deps.lists.templates(ask.caller), ({ uriTemplate }) => uriTemplate, cursor)
    return { resourceTemplates: [...page.items], ...next(page) }
  }

  callTool(
    ask: Ask,
    { name, arguments: args }: { readonly name: string; readonly arguments?: Record<string, unknown> | undefined },
  ): Promise<CallToolResult | InputRequiredResult> {
    return this.#deps.callTool.run(ask, { name, args: args ?? {} })
  }

  /** Of the running server of a tool; undefined: of no running one. */
  eraOf(name: string): Era | undefined {
    const { aggregator } = this.#deps
    const server = aggregator.catalog().tools.get(name)?.server
    return server === undefined ? undefined : aggregator.eraOf(server)
  }

  outputSchemaOf(name: string): Readonly<Record<string, unknown>> | undefined {
    return this.#deps.aggregator.catalog().tools.get(name)?.exposed.outputSchema
  }

  async getPrompt(
    ask: Ask,
    { name, arguments: args }: { readonly name: string; readonly arguments?: Record<string, unknown> | undefined },
  ): Promise<GetPromptResult | InputRequiredResult> {
    using _slot = this.#hold(ask)
    const upstream = this.#deps.aggregator.catalog().prompts.get(name)?.server ?? ''
    const params = { name, ...(args === undefined ? {} : { arguments: args }) }
    return await this.#deps.relay.run(allowed(ask, name), { method: 'prompts/get', name, params, upstream })
  }

  async readResource(ask: Ask, { uri }: { readonly uri: string }): Promise<ReadResourceResult | InputRequiredResult> {
    using _slot = this.#hold(ask)
    const { own, aggregator, relay } = this.#deps
    if (isOwnUri(uri)) {
      const found = await own.resources.read(uri, ask.caller.principal, ask.signal)
      if (found === undefined) throw new ResourceNotFoundError(uri)
      return found
    }
    const { profile } = ask.caller.audience
    const isReached = (server: string): boolean => profile === undefined || profile.tools.servers.includes(server)
    const upstream = reachedResource(aggregator.catalog(), uri, isReached)?.server ?? ''
    const answer = await relay.run(allowed(ask, uri), {
      method: 'resources/read',
      name: uri,
      params: { uri },
      upstream,
    })
    return isInputRequiredResult(answer) ? answer : { ...answer, cacheScope: 'private' }
  }

  async complete(ask: Ask, params: CompletionParams): Promise<CompleteResult> {
    using _slot = this.#hold(ask)
    const { own, aggregator } = this.#deps
    const { ref, argument } = params
    if (ref.type === 'ref/resource' && own.resources.templates.some(({ uriTemplate }) => uriTemplate === ref.uri)) {
      const values = await own.resources.complete(ref.uri, argument.name, argument.value, ask.caller.principal)
      return { completion: { values: [...values].slice(0, 100) } }
    }
    const { audience, principal } = allowed(ask, ref.type === 'ref/prompt' ? ref.name : ref.uri).caller
    const asker = { principal: principal.id, capabilities: ask.capabilities }
    const request = { params: { ...params }, asker, audience, signal: ask.signal }
    const { result } = await aggregator.exchange({ method: 'completion/complete', ...request })
    return { ...result, completion: { values: [], ...(isRecord(result['completion']) ? result['completion'] : {}) } }
  }

  #hold({ caller }: Ask): Disposable {
    return this.#deps.usage.hold(caller.principal.credentialId, 'calls')
  }

  #page<Item>(items: readonly Item[], keyOf: (item: Item) => string, cursor: string | undefined) {
    return pageOfList(items, keyOf, { cursor, size: this.#deps.pageSize })
  }
}

export interface CompletionParams {
  readonly ref:
    | { readonly type: 'ref/prompt'; readonly name: string }
    | { readonly type: 'ref/resource'; readonly uri: string }
  readonly argument: { readonly name: string; readonly value: string }
}

const next = ({ nextCursor }: { readonly nextCursor: string | undefined }) =>
  nextCursor === undefined ? {} : { nextCursor }

/** @throws ResourceNotFoundError: for a caller that may not use upstreams nothing of them is there. */
function allowed(ask: Ask, name: string): Ask {
  if (mayUseUpstreams(ask.caller)) return ask
  throw new ResourceNotFoundError(name)
}
