import type { ErrorCode } from '../../../common/errors/error-table.ts'
import { HearthError, toHearthError } from '../../../common/errors/hearth-error.ts'
import type { ExchangeAnswer } from '../../aggregator/upstream.ts'
import { type Route, tokenRoute } from '../route.ts'
import { noQuery } from '../schemas/request-schema.ts'
import { toolAnswer, toolParams, toolTrial } from '../schemas/tool-schema.ts'
import { toolNamed } from './tools.ts'

/** Tries a tool out: what an MCP client would get, for who has none at hand. The aggregator audits it as any call. */
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
      errors: ['caller_not_found', 'caller_unsupported_feature', 'tool_failed', ...keptFromAnswering],
    },
    { params: toolParams, query: noQuery, body: toolTrial },
    async ({ params, body, principal, signal }, { aggregator }) => {
      const { exposedName: name } = toolNamed(aggregator, params.exposed_name)
      const request = {
        method: 'tools/call',
        params: { name, arguments: body.arguments },
        asker: { principal: principal.id, capabilities: {} },
        audience: { profile: undefined },
        signal,
      } as const
      const answer = await aggregator.exchange(request).catch((error: unknown) => Promise.reject(toToldError(error)))
      return { type: 'json', status: 200, body: resultOf(answer) }
    },
  )

/** Errors of the protocol are those of the tool server: its texts are untrusted and are not repeated. */
function toToldError(error: unknown): HearthError {
  if (error instanceof HearthError) return error
  const isOfProtocol = error instanceof Error && 'code' in error && typeof error.code === 'number'
  if (!isOfProtocol) return toHearthError(error)
  return new HearthError('tool_failed', `The tool server refused the call (${error.code}); look at its arguments.`, {
    cause: error,
  })
}

/** What kept the tool from answering; to an MCP client it is told in an answer, see `hearth/code`. */
const keptFromAnswering = [
  'tool_disabled',
  'tool_quarantined',
  'tool_unavailable',
  'tool_timeout',
  'caller_too_large',
  'gateway_overloaded',
] as const satisfies readonly ErrorCode[]

const texts: Readonly<Record<(typeof keptFromAnswering)[number], string>> = {
  tool_disabled: 'The tool or its server is switched off; switch it on first.',
  tool_quarantined: 'The tool waits until an admin has reviewed what changed in it.',
  tool_unavailable: 'The server of the tool cannot be reached, or has it no more; see how the server is.',
  tool_timeout: 'The tool did not answer in time; limits.timeout_ms of its server says how long it may take.',
  caller_too_large: 'The answer of the tool is larger than limits.output_kb of its server allows.',
  gateway_overloaded: 'Too many calls wait for the server of the tool; try again in a moment.',
}

function resultOf(answer: ExchangeAnswer): object {
  if (answer.type === 'input_required') {
    throw new HearthError(
      'caller_unsupported_feature',
      'The tool asks something in the middle; call it by an MCP client.',
    )
  }
  const { result } = answer
  const told = 'isError' in result && result.isError === true ? result._meta?.['hearth/code'] : undefined
  const code = keptFromAnswering.find((candidate) => candidate === told)
  if (code !== undefined) throw new HearthError(code, texts[code])
  return result
}
