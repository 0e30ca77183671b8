import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Aggregator } from '../../aggregator/aggregator.ts'
import { failedCall } from '../../aggregator/calls/refused-call.ts'
import { callToolName } from '../own/call-tool.ts'
import type { OwnTool } from '../own-parts.ts'
import type { Ask } from './ask.ts'
import type { CallAudit } from './call-audit.ts'
import { mayUseOwnTool, mayUseUpstreams } from './lists.ts'
import { type ArgumentCheck, compileArgumentChecks } from './own-arguments.ts'
import { unknownTool } from './refusals.ts'
import type { Relay } from './relay.ts'
import type { TokenUsage } from './token-usage.ts'

export interface CallToolDeps {
  readonly aggregator: Pick<Aggregator, 'catalog'>
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
      this.#deps.audit.denied(ask.caller, `hearth/${name}`)
      return failedCall('policy_access_denied', `The tool ${name} needs a token with the scope ${scopes}.`)
    }
    const fault = this.#checks.get(name)?.(args)
    return fault === undefined ? undefined : failedCall('caller_invalid_request', `${name}: ${fault}.`)
  }

  async #callOwn(ask: Ask, tool: OwnTool, args: ToolCall['args']): Promise<CallToolResult> {
    const { audit, clock } = this.#deps
    const { caller, signal } = ask
    const { principal, audience } = caller
    const record = { caller, tool: tool.definition.name, args, startedAt: clock() }
    try {
      const result = await tool.call(args, { principal, audience, signal })
      audit.answered(record, result)
      return result
    } catch (error) {
      audit.failed(record, error)
      throw error
    }
  }

  /** Whether it is there and may be called now is for the aggregator to say. */
  async #callUpstream(ask: Ask, { name, args }: ToolCall): Promise<CallToolResult | InputRequiredResult> {
    const { aggregator, relay, audit } = this.#deps
    const upstream = aggregator.catalog().tools.get(name)?.server ?? ''
    if (!mayUseUpstreams(ask.caller)) {
      audit.denied(ask.caller, `${upstream}/${name}`)
      return failedCall('policy_access_denied', 'Tools of servers need a token with the scope tools or admin.')
    }
    return await relay.run(ask, { method: 'tools/call', name, params: { name, arguments: args }, upstream })
  }
}

/** Arguments of `hearth_call_tool` fit its schema: a name and an object. */
function unwrapped(args: ToolCall['args']): ToolCall {
  const { name, arguments: inner } = args
  if (typeof name !== 'string' || name === callToolName) throw unknownTool(String(name))
  return { name, args: typeof inner === 'object' && inner !== null ? { ...inner } : {} }
}
