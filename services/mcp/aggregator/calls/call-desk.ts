import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError } from '@modelcontextprotocol/client'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { ClientExchange } from '../aggregator.ts'
import type { Catalog, CatalogTool } from '../catalog.ts'
import type { ExchangeAnswer, Upstream } from '../upstream.ts'
import type { ToolRules } from '../views/refuse-tool.ts'
import type { CallLedger } from './call-ledger.ts'
import { TargetFinder } from './find-target.ts'
import { Flights } from './flights.ts'
import { failedCall, isAnswered, refusalError } from './refused-call.ts'
import { within } from './within.ts'

export interface CallDeskDeps {
  readonly catalog: () => Catalog
  readonly rules: ToolRules
  readonly upstream: (server: string) => Upstream | undefined
  /** Is it running, as the catalog knows it? */
  readonly isReady: (server: string) => boolean
  /** A look at the server whose result the catalog has when it resolves. */
  readonly look: (server: string, signal: AbortSignal) => Promise<void>
  readonly ledger: CallLedger
}

/** Sends what clients ask to the upstream that has it, in the upstream's own names. */
export class CallDesk {
  readonly #deps: CallDeskDeps
  readonly #flights = new Flights()
  readonly finder: TargetFinder

  constructor(deps: CallDeskDeps) {
    this.#deps = deps
    this.finder = new TargetFinder(deps.rules)
  }

  exchange(request: ClientExchange): Promise<ExchangeAnswer> {
    switch (request.method) {
      case 'tools/call':
        return this.#callTool(request)
      case 'prompts/get':
        return this.#getPrompt(request)
      case 'resources/read':
        return this.#readResource(request)
      case 'completion/complete':
        return this.#complete(request)
    }
  }

  /** What is under way and would be refused now ends. */
  cutRefused(): void {
    this.#flights.cutRefused()
  }

  async #callTool(request: ClientExchange): Promise<ExchangeAnswer> {
    const name = textOf(request.params, 'name')
    const known = this.#deps.catalog().tools.get(name)
    const note = { request, server: known?.server, name: known?.name ?? name }
    try {
      return await this.#deps.ledger.kept(note, () => this.#callKnown(request, name))
    } catch (error) {
      if (!isAnswered(error)) throw error
      return { type: 'complete', result: failedCall(error.code, error.message) }
    }
  }

  async #callKnown(request: ClientExchange, name: string): Promise<ExchangeAnswer> {
    const refused = (): Error | undefined => this.#refused(name, request)
    return await this.#flights.fly(refused, request.signal, async (signal) => {
      const { server } = this.#callable(name, request)
      if (this.#deps.isReady(server)) return await this.#sendCall(request, name, signal)
      // One that is started anew may offer something else under the same name: it is looked at before it is called.
      const ms = this.#deps.catalog().servers.get(server)?.limits.timeout_ms ?? 0
      return await within(
        ms,
        () => tooLate(server, ms),
        signal,
        async (inTime) => {
          await this.#deps.look(server, inTime)
          return await this.#sendCall(request, name, inTime)
        },
      )
    })
  }

  async #sendCall(request: ClientExchange, name: string, signal: AbortSignal): Promise<ExchangeAnswer> {
    const tool = this.#callable(name, request)
    const { method, asker } = request
    const params = { ...request.params, name: tool.name }
    const refused = (): Error | undefined => this.#refused(name, request)
    const exchange = { method, params, tool: tool.definition, asker, signal, refused }
    const answer = await this.#upstream(tool.server).exchange(exchange)
    if (answer.type === 'complete') this.finder.remember(tool.server, answer.result)
    return answer
  }

  /** @throws as `refusal` says. */
  #callable(name: string, request: ClientExchange): CatalogTool {
    const error = this.#refused(name, request)
    const tool = this.#deps.catalog().tools.get(name)
    if (error !== undefined) throw error
    if (tool === undefined) throw unknown('tool', name)
    return tool
  }

  #refused(name: string, { audience }: ClientExchange): Error | undefined {
    const catalog = this.#deps.catalog()
    const refusal = this.#deps.rules.refusal(catalog, name, audience)
    const tool = catalog.tools.get(name)
    if (refusal === undefined) return undefined
    if (tool === undefined || refusal === 'unknown' || refusal === 'not_in_profile') return unknown('tool', name)
    return refusalError(refusal, tool)
  }

  async #getPrompt(request: ClientExchange): Promise<ExchangeAnswer> {
    const name = textOf(request.params, 'name')
    const find = () => this.finder.prompt(this.#deps.catalog(), name, request.audience)
    const prompt = find()
    const note = { request, server: prompt?.server, name: prompt?.name ?? name }
    return await this.#deps.ledger.kept(note, async () => {
      if (prompt === undefined) throw unknown('prompt', name)
      const params = { ...request.params, name: prompt.name }
      return await this.#send(request, {
        server: prompt.server,
        params,
        isThere: () => find()?.server === prompt.server,
      })
    })
  }

  async #readResource(request: ClientExchange): Promise<ExchangeAnswer> {
    const uri = textOf(request.params, 'uri')
    const find = () => this.finder.resource(this.#deps.catalog(), uri, request.audience)
    const server = find()
    return await this.#deps.ledger.kept({ request, server, name: uri }, async () => {
      if (server === undefined) throw new ResourceNotFoundError(named(uri), `Unknown resource: ${named(uri)}`)
      return await this.#send(request, { server, params: request.params, isThere: () => find() === server })
    })
  }

  async #complete(request: ClientExchange): Promise<ExchangeAnswer> {
    const ref = request.params['ref']
    const target = typeof ref === 'object' && ref !== null ? this.#completed(request, { ...ref }) : undefined
    const note = { request, server: target?.server, name: 'completion' }
    return await this.#deps.ledger.kept(note, async () => {
      if (target === undefined) throw unknown('prompt or resource template', JSON.stringify(ref))
      return await this.#send(request, { ...target, isThere: () => this.#isOn(target.server) })
    })
  }

  #completed(
    { params, audience }: ClientExchange,
    ref: Readonly<Record<string, unknown>>,
  ): { readonly server: string; readonly params: ClientExchange['params'] } | undefined {
    const catalog = this.#deps.catalog()
    if (ref['type'] === 'ref/prompt') {
      const prompt = this.finder.prompt(catalog, textOf(ref, 'name'), audience)
      return prompt && { server: prompt.server, params: { ...params, ref: { ...ref, name: prompt.name } } }
    }
    const server = this.finder.template(catalog, textOf(ref, 'uri'), audience)
    return server === undefined ? undefined : { server, params }
  }

  #isOn(server: string): boolean {
    return this.#deps.catalog().servers.get(server)?.enabled === true
  }

  async #send(
    request: ClientExchange,
    target: { readonly server: string; readonly params: ClientExchange['params']; readonly isThere: () => boolean },
  ): Promise<ExchangeAnswer> {
    const { server, params, isThere } = target
    const refused = (): Error | undefined =>
      isThere()
        ? undefined
        : new HearthError(
            'tool_disabled',
            `The MCP server ${server} does not offer this any more, or was switched off.`,
          )
    return await this.#flights.fly(refused, request.signal, async (signal) => {
      const { method, asker } = request
      return await this.#upstream(server).exchange({ method, params, asker, signal, refused })
    })
  }

  #upstream(server: string): Upstream {
    const upstream = this.#deps.upstream(server)
    if (upstream !== undefined) return upstream
    throw new HearthError(
      'tool_unavailable',
      `The MCP server ${server} is not there; see its state in *Servers & tools*.`,
    )
  }
}

/** @throws ProtocolError -32602 */
function textOf(params: Readonly<Record<string, unknown>>, key: string): string {
  const value = params[key]
  if (typeof value === 'string') return value
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `params.${key} must be a text`)
}

const unknown = (noun: string, name: string): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown ${noun}: ${named(name)}`)

const tooLate = (server: string, ms: number): HearthError =>
  new HearthError('tool_timeout', `The MCP server ${server} was not ready within ${ms / 1000} s; try again later.`)

const named = (name: string): string => name.slice(0, 200).toWellFormed()
