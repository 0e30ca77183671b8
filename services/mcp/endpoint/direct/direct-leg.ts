import {
  type CallToolResult,
  isInputRequiredResult,
  type ProtocolError,
  ProtocolErrorCode,
  SERVER_INFO_META_KEY,
} from '@modelcontextprotocol/server'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { View } from '../../aggregator/aggregator.ts'
import type { AudienceHub } from '../audience/audience-hub.ts'
import type { EndpointLimits, McpEndpointDeps } from '../endpoint-deps.ts'
import type { Ask } from '../requests/ask.ts'
import { shownError } from '../requests/refusals.ts'
import type { Requests } from '../requests/requests.ts'
import type { DirectAnswer } from './direct-answer.ts'
import type { PlainRequest } from './plain-request.ts'
import type { SessionCall } from './session-call.ts'

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
    const work = async (): Promise<string> =>
      request.method === 'tools/list' ? this.#list(hub, ask) : await this.#call(ask, request)
    await this.#answered(ask, { id: request.id, answer, work })
  }

  /** A call inside a session; `project` brings its result into the shape of the older revisions. */
  async serveCall(
    ask: Ask,
    { id, name, args }: SessionCall,
    {
      answer,
      project,
    }: { readonly answer: DirectAnswer; readonly project: (result: CallToolResult) => CallToolResult },
  ): Promise<void> {
    const work = async (): Promise<string> => {
      const result = await this.#requests.callTool(ask, { name, arguments: { ...args } })
      if (isInputRequiredResult(result)) throw otherRevision()
      return JSON.stringify(project(withContent(result)))
    }
    await this.#answered(ask, { id, answer, work })
  }

  async #answered(
    { era, signal }: Ask,
    {
      id,
      answer,
      work,
    }: { readonly id: string | number; readonly answer: DirectAnswer; readonly work: () => Promise<string> },
  ): Promise<void> {
    try {
      const json = await work()
      // Nobody waits for the answer to what was cancelled.
      if (signal.aborted) abandon(answer, era)
      else answer.end(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${json}}`)
    } catch (error) {
      if (signal.aborted) abandon(answer, era)
      else this.#fail(answer, id, shownError(error, { era, log: this.#log }))
    }
  }

  async #call(ask: Ask, { name, args }: PlainRequest & { readonly method: 'tools/call' }): Promise<string> {
    const result = await this.#requests.callTool(ask, { name, arguments: { ...args } })
    return JSON.stringify({
      resultType: 'complete',
      ...(isInputRequiredResult(result) ? result : withContent(result)),
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

/** A session goes on, and its connections with it; any other is of no use any more. */
function abandon(answer: DirectAnswer, era: Ask['era']): void {
  if (era === 'modern') answer.cut()
  else answer.leave()
}

/** A tool that answers nothing at all has answered with no content. */
const withContent = (result: CallToolResult): CallToolResult =>
  result.content === undefined ? { ...result, content: [] } : result

const otherRevision = (): HearthError =>
  new HearthError(
    'tool_unavailable',
    'The server of this tool has just changed the revision of MCP that it speaks; try again.',
  )

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
