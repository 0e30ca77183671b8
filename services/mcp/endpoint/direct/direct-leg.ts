import {
  type CallToolResult,
  type InputRequiredResult,
  type ProtocolError,
  ProtocolErrorCode,
  SERVER_INFO_META_KEY,
} from '@modelcontextprotocol/server'
import type { View } from '../../aggregator/aggregator.ts'
import type { AudienceHub } from '../audience/audience-hub.ts'
import type { EndpointLimits, McpEndpointDeps } from '../endpoint-deps.ts'
import type { Ask } from '../requests/ask.ts'
import { shownError } from '../requests/refusals.ts'
import type { Requests } from '../requests/requests.ts'
import type { DirectAnswer } from './direct-answer.ts'
import type { PlainRequest } from './plain-request.ts'

export interface DirectLegDeps extends Pick<McpEndpointDeps, 'log' | 'version'> {
  readonly requests: Requests
  readonly limits: Pick<EndpointLimits, 'listTtlMs' | 'pageSize'>
}

/**
 * Answers plain requests of modern clients without a server of the SDK for each: the same `Requests`, the same answers,
 * for a fraction of the work.
 */
export class DirectLeg {
  readonly #requests: Requests
  readonly #log: DirectLegDeps['log']
  readonly #serverInfo: Readonly<Record<string, unknown>>
  readonly #listTail: string
  readonly #lists = new WeakMap<AudienceHub, { readonly view: View | undefined; readonly json: string }>()

  constructor({ requests, limits, log, version }: DirectLegDeps) {
    this.#requests = requests
    this.#log = log
    this.#serverInfo = { [SERVER_INFO_META_KEY]: { name: 'hearth', title: 'Hearth', version } }
    const rest = { ttlMs: limits.listTtlMs, cacheScope: 'private', resultType: 'complete', _meta: this.#serverInfo }
    this.#listTail = JSON.stringify(rest).slice(1)
  }

  async serve(
    hub: AudienceHub,
    request: PlainRequest,
    { answer, signal }: { readonly answer: DirectAnswer; readonly signal: AbortSignal },
  ): Promise<void> {
    const ask = askOf(hub, request, { answer, signal })
    try {
      const json = request.method === 'tools/list' ? this.#list(hub, ask) : await this.#call(ask, request)
      answer.end(`{"jsonrpc":"2.0","id":${JSON.stringify(request.id)},"result":${json}}`)
    } catch (error) {
      if (signal.aborted) answer.cut()
      else this.#fail(answer, request.id, shownError(error, { era: ask.era, log: this.#log }))
    }
  }

  async #call(ask: Ask, { name, args }: PlainRequest & { readonly method: 'tools/call' }): Promise<string> {
    const result = await this.#requests.callTool(ask, { name, arguments: { ...args } })
    return JSON.stringify({
      resultType: 'complete',
      ...withContent(result),
      _meta: { ...result._meta, ...this.#serverInfo },
    })
  }

  /** The text is kept as long as the list is the same: our own part of it never changes for a hub. */
  #list(hub: AudienceHub, ask: Ask): string {
    const view = this.#requests.viewOf(ask)
    const known = this.#lists.get(hub)
    if (known !== undefined && known.view === view) {
      this.#requests.countList(ask)
      return known.json
    }
    const { tools, nextCursor } = this.#requests.listTools(ask, {})
    const shown = tools.map(({ execution: _, ...tool }) => tool)
    const head = JSON.stringify(nextCursor === undefined ? { tools: shown } : { tools: shown, nextCursor })
    const json = `${head.slice(0, -1)},${this.#listTail}`
    this.#lists.set(hub, { view, json })
    return json
  }

  #fail(answer: DirectAnswer, id: string | number, { code, message, data }: ProtocolError): void {
    const error = { code, message, ...(data === undefined ? {} : { data }) }
    answer.end(
      JSON.stringify({ jsonrpc: '2.0', id, error }),
      code === ProtocolErrorCode.MissingRequiredClientCapability ? 400 : 200,
    )
  }
}

/** A tool that answers nothing at all has answered with no content. */
const withContent = (result: CallToolResult | InputRequiredResult): CallToolResult | InputRequiredResult =>
  result['resultType'] === 'input_required' || result['content'] !== undefined ? result : { ...result, content: [] }

const askOf = (
  { caller }: AudienceHub,
  { capabilities, logLevel, progressToken }: PlainRequest,
  { answer, signal }: { readonly answer: DirectAnswer; readonly signal: AbortSignal },
): Ask => ({
  caller,
  era: 'modern',
  capabilities,
  logLevel,
  progressToken,
  inputResponses: undefined,
  requestState: undefined,
  signal,
  notify: (notification) => answer.notify(notification),
})
