import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Aggregator } from '../../aggregator/aggregator.ts'
import { callToolName } from '../own/call-tool.ts'
import type { OwnTool } from '../own-parts.ts'
import type { Ask } from './ask.ts'
import type { CallAudit, CallRecord } from './call-audit.ts'
import { mayUseOwnTool, mayUseUpstreams } from './lists.ts'
import { type ArgumentCheck, compileArgumentChecks } from './own-arguments.ts'
import { failedCall, refusedCall, unknownTool } from './refusals.ts'
import type { Relay } from './relay.ts'
import type { TokenUsage } from './token-usage.ts'

export interface CallToolDeps {
  readonly aggregator: Pick<Aggregator, 'catalog' | 'refusal'>
  readonly ownTools: readonly OwnTool[]
  readonly relay: Relay
  readonly usage: TokenUsage
  readonly audit: CallAudit
  readonly clock: () => number
}

interface ToolCall {
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
}

export class CallTool {
  readonly #deps: CallToolDeps
  readonly #own: ReadonlyMap<string, OwnTool>
  readonly #checks: ReadonlyMap<string, ArgumentCheck>

  constructor(deps: CallToolDeps) {
    this.#deps = deps
    this.#own = new Map(deps.ownTools.map((tool) => [tool.definition.name, tool]))
    this.#checks = compileArgumentChecks(deps.ownTools)
  }

  /**
   * What fails is an answer with `isError`, as models can only react to answers.
   * @throws ProtocolError -32602 for a tool that is not there for this caller; what `Relay.run` throws.
   */
  async run(ask: Ask, call: ToolCall): Promise<CallToolResult | InputRequiredResult> {
    try {
      using _slot = this.#deps.usage.hold(ask.caller.principal.credentialId, 'calls')
      return await this.#dispatch(ask, call)
    } catch (error) {
      if (!(error instanceof HearthError) || error.code === 'gateway_internal') throw error
      return failedCall(error.code, error.message)
    }
  }

  #dispatch(ask: Ask, { name, args }: ToolCall): Promise<CallToolResult | InputRequiredResult> {
    const own = this.#own.get(name)
    if (own === undefined) return this.#callUpstream(ask, { name, args })
    const refused = this.#refuseOwn(ask, own, args)
    if (refused !== undefined) return Promise.resolve(refused)
    return name === callToolName ? this.#dispatch(ask, unwrapped(args)) : this.#callOwn(ask, own, args)
  }

  #refuseOwn(ask: Ask, tool: OwnTool, args: unknown): CallToolResult | undefined {
    const { name } = tool.definition
    if (!mayUseOwnTool(tool, ask.caller)) {
      const scopes = [...new Set([...tool.anyOf, 'admin'])].join(' or ')
      return failedCall('policy_access_denied', `The tool ${name} needs a token with the scope ${scopes}.`)
    }
    const fault = this.#checks.get(name)?.(args)
    return fault === undefined ? undefined : failedCall('caller_invalid_request', `${name}: ${fault}.`)
  }

  async #callOwn(ask: Ask, tool: OwnTool, args: ToolCall['args']): Promise<CallToolResult> {
    const { caller, signal } = ask
    const { principal, audience } = caller
    const record = this.#recordOf(ask, `hearth/${tool.definition.name}`, args)
    return this.#recorded(record, () => tool.call(args, { principal, audience, signal }))
  }

  async #callUpstream(ask: Ask, { name, args }: ToolCall): Promise<CallToolResult | InputRequiredResult> {
    const { aggregator, relay } = this.#deps
    if (!mayUseUpstreams(ask.caller)) {
      return failedCall('policy_access_denied', 'Tools of servers need a token with the scope tools or admin.')
    }
    const tool = aggregator.catalog().tools.get(name)
    const refusal = aggregator.refusal(name, ask.caller.audience)
    if (tool === undefined) throw unknownTool(name)
    const record = this.#recordOf(ask, `${tool.server}/${tool.name}`, args)
    if (refusal !== undefined) {
      const refused = refusedCall(name, refusal)
      if (refused === undefined) throw unknownTool(name)
      this.#deps.audit.answered(record, refused)
      return refused
    }
    const errand = { method: 'tools/call', name, params: { name, arguments: args }, upstream: tool.server } as const
    return this.#recorded(record, () => relay.run(ask, errand))
  }

  async #recorded<Answer extends CallToolResult | InputRequiredResult>(
    record: CallRecord,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    try {
      const result = await work()
      this.#deps.audit.answered(record, result)
      return result
    } catch (error) {
      this.#deps.audit.failed(record, error)
      throw error
    }
  }

  #recordOf({ caller }: Ask, target: string, args: unknown): CallRecord {
    return { caller, target, args, startedAt: this.#deps.clock() }
  }
}

/** Arguments of `hearth_call_tool` fit its schema: a name and an object. */
function unwrapped(args: ToolCall['args']): ToolCall {
  const { name, arguments: inner } = args
  if (typeof name !== 'string' || name === callToolName) throw unknownTool(String(name))
  return { name, args: typeof inner === 'object' && inner !== null ? { ...inner } : {} }
}
