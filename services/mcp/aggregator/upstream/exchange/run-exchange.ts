import {
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  isInputRequiredResult,
  LOG_LEVEL_META_KEY,
  type RequestOptions,
  type Result,
  type Tool,
} from '@modelcontextprotocol/client'
import type { Exchange, ExchangeAnswer } from '../../upstream.ts'
import { isAtLeast } from '../link/conversation.ts'
import type { Link } from '../link/link.ts'
import { stripMeta } from './strip-meta.ts'

/** The SDK's own timeout is out of the way: the signal ends what takes too long. */
const neverMs = 2 ** 31 - 1

/** Sends one request over a link. @throws what the SDK throws; aborting `signal` cancels it at the upstream. */
export async function runExchange(link: Link, exchange: Exchange, signal: AbortSignal): Promise<ExchangeAnswer> {
  using lease = await link.lease(exchange.asker)
  using _entry = link.conversation.enter(exchange.asker)
  if (link.era === 'legacy') await raiseLogLevel(link, exchange, signal)
  const params = paramsFor(link, exchange)
  const result = await send({ client: lease.client, era: link.era }, exchange, { params, signal })
  if (isInputRequiredResult(result)) return { type: 'input_required', result: stripMeta<InputRequiredResult>(result) }
  return { type: 'complete', result: stripMeta<Result>(result) }
}

function send(
  { client, era }: Pick<Link, 'client' | 'era'>,
  { method, tool, asker }: Exchange,
  { params, signal }: { readonly params: Readonly<Record<string, unknown>>; readonly signal: AbortSignal },
): Promise<Result> {
  const onProgress = asker.onProgress?.bind(asker)
  const isPlain = era === 'legacy' || (tool !== undefined && !hasParameterHeaders(tool))
  if (method === 'tools/call' && isPlain) return client.call(params, { signal, onProgress })
  const options = {
    signal,
    timeout: neverMs,
    allowInputRequired: true,
    ...(onProgress === undefined ? {} : { onprogress: onProgress }),
  } satisfies RequestOptions
  if (method !== 'tools/call') return client.request({ method, params }, options)
  // Which parameters are repeated in headers the SDK knows, but not the output schema: it would refuse the answer of a
  // tool that does not keep to it.
  const { outputSchema: _ignored, ...toolDefinition } = tool ?? {}
  const known = 'name' in toolDefinition ? { toolDefinition } : {}
  return client.callTool({ ...params, name: String(params['name']) }, { ...options, ...known })
}

const parameterHeaders = new WeakMap<Tool, boolean>()

/** SEP-2243; once for every tool, which is immutable. */
function hasParameterHeaders(tool: Tool): boolean {
  const known = parameterHeaders.get(tool)
  if (known !== undefined) return known
  const has = JSON.stringify(tool.inputSchema).includes('"x-mcp-header"')
  parameterHeaders.set(tool, has)
  return has
}

/** To a modern upstream every request says what its asker can do: no more, no less. */
function paramsFor({ era }: Link, { params, asker }: Exchange): Readonly<Record<string, unknown>> {
  const own = stripMeta(params)
  if (era === 'legacy') return own
  const meta = {
    ...(typeof own['_meta'] === 'object' ? own['_meta'] : {}),
    [CLIENT_CAPABILITIES_META_KEY]: asker.capabilities,
    ...(asker.logLevel === undefined ? {} : { [LOG_LEVEL_META_KEY]: asker.logLevel }),
  }
  return { ...own, _meta: meta }
}

/** A legacy upstream knows one level for all; it is set to the lowest that was asked for. */
async function raiseLogLevel(link: Link, { asker }: Exchange, signal: AbortSignal): Promise<void> {
  const wanted = asker.logLevel
  if (wanted === undefined || link.client.getServerCapabilities()?.logging === undefined) return
  if (link.conversation.level !== undefined && isAtLeast(wanted, link.conversation.level)) return
  link.conversation.level = wanted
  await link.client.setLoggingLevel(wanted, { signal, timeout: neverMs }).catch(() => undefined)
}
