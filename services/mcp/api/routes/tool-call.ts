import type { Principal } from '../../../common/contracts/principal.ts'
import { type ErrorCode, isErrorCode } from '../../../common/errors/error-table.ts'
import { HearthError, toHearthError } from '../../../common/errors/hearth-error.ts'
import type { ToolRefusal } from '../../aggregator/aggregator.ts'
import type { CatalogTool } from '../../aggregator/catalog.ts'
import type { ExchangeAnswer } from '../../aggregator/upstream.ts'
import type { ApiContext } from '../api-context.ts'
import { type Route, tokenRoute } from '../route.ts'
import { noQuery } from '../schemas/request-schema.ts'
import { toolAnswer, toolParams, toolTrial } from '../schemas/tool-schema.ts'
import { toolNamed } from './tools.ts'

/** Tries a tool out: what an MCP client would get, for who has none at hand. */
export const toolCallRoutes = (): readonly Route[] => [callTool()]

const callTool = (): Route =>
  tokenRoute(
    {
      operation: 'callTool',
      method: 'POST',
      path: '/mcp/tools/{exposed_name}/call',
      summary: 'Calls it. What the tool answers is 200, also a failure of its own (`isError`)',
      anyOf: ['tools'],
      success: { type: 'json', status: 200, schema: toolAnswer },
      errors: [
        'caller_not_found',
        'caller_unsupported_feature',
        'tool_disabled',
        'tool_quarantined',
        'tool_unavailable',
        'tool_timeout',
        'tool_failed',
      ],
    },
    { params: toolParams, query: noQuery, body: toolTrial },
    async ({ params, body, principal, signal }, context) => {
      const tool = toolNamed(context.aggregator, params.exposed_name)
      const trial = { tool, args: body.arguments, principal }
      try {
        const answer = await exchange(context, trial, signal)
        record(context, trial, codeOf(answer))
        return { type: 'json', status: 200, body: answer }
      } catch (error) {
        const told = toToldError(error)
        record(context, trial, told.code)
        throw told
      }
    },
  )

interface Trial {
  readonly tool: CatalogTool
  readonly args: Readonly<Record<string, unknown>>
  readonly principal: Principal
}

type Result = Extract<ExchangeAnswer, { type: 'complete' }>['result']

async function exchange(
  { aggregator }: ApiContext,
  { tool, args, principal }: Trial,
  signal: AbortSignal,
): Promise<Result> {
  const audience = { profile: undefined }
  const refusal = aggregator.refusal(tool.exposedName, audience)
  if (refusal !== undefined) throw refused(refusal)
  const answer = await aggregator.exchange({
    method: 'tools/call',
    params: { name: tool.exposedName, arguments: args },
    asker: { principal: principal.id, capabilities: {} },
    audience,
    signal,
  })
  if (answer.type === 'complete') return answer.result
  throw new HearthError(
    'caller_unsupported_feature',
    'The tool asks something in the middle; call it by an MCP client.',
  )
}

const refusals: Readonly<Record<ToolRefusal, readonly [ErrorCode, string]>> = {
  unknown: ['caller_not_found', 'There is no tool of that name; list the tools to see which exist.'],
  not_in_profile: ['caller_not_found', 'There is no tool of that name; list the tools to see which exist.'],
  gone: ['caller_not_found', 'Its server lists this tool no more.'],
  off: ['tool_disabled', 'The tool is switched off; switch it on first.'],
  server_off: ['tool_disabled', 'The server of the tool is switched off; switch it on first.'],
  quarantined: ['tool_quarantined', 'The tool waits until an admin has reviewed what changed in it.'],
}

const refused = (refusal: ToolRefusal): HearthError => new HearthError(...refusals[refusal])

/** Errors of the protocol are those of the tool server: its texts are untrusted and are not repeated. */
function toToldError(error: unknown): HearthError {
  if (error instanceof HearthError) return error
  const isOfProtocol = error instanceof Error && 'code' in error && typeof error.code === 'number'
  if (!isOfProtocol) return toHearthError(error)
  return new HearthError('tool_failed', `The tool server refused the call (${error.code}); look at its arguments.`, {
    cause: error,
  })
}

function codeOf(result: Result): ErrorCode | undefined {
  if (!('isError' in result) || result.isError !== true) return undefined
  const code = result._meta?.['hearth/code']
  return isErrorCode(code) ? code : 'tool_failed'
}

const blocked: readonly unknown[] = ['tool_disabled', 'tool_quarantined']

/** Of the arguments only the names: values may be secrets. */
function record({ store }: ApiContext, { tool, args, principal }: Trial, code: ErrorCode | undefined): void {
  const failure = blocked.includes(code) ? 'blocked' : 'failed'
  store.audit.record({
    principal: principal.id,
    action: 'tool.call',
    target: `${tool.server}/${tool.name}`,
    outcome: code === undefined ? 'ok' : failure,
    code: code ?? null,
    detail: JSON.stringify({
      by: 'rest',
      arguments: Object.keys(args)
        .slice(0, 32)
        .map((name) => name.slice(0, 64)),
    }),
  })
}
