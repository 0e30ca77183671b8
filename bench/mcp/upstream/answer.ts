/** A simulated MCP server: as little work as a server can do, so that what stands before it is measured. */
export interface UpstreamPlan {
  readonly index: number
  readonly tools: number
  /** Part of every description: another number is another catalog. */
  readonly version: number
}

/** Of every tool of the bench; what a gateway puts before or behind it may differ. */
export const toolMark = 'bench_'

interface Message {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: {
    readonly protocolVersion?: unknown
    readonly name?: unknown
    readonly arguments?: { readonly text?: unknown }
  }
}

/** The answer to one message, as text of JSON; undefined to a notification. Of the revisions before 2026-07-28. Pure. */
export function answerTo(body: string, plan: UpstreamPlan): string | undefined {
  const message: Message = JSON.parse(body)
  if (message.id === undefined) return undefined
  const result = resultOf(message, plan)
  const outcome =
    result === undefined ? { error: { code: -32601, message: 'The method is not known here.' } } : { result }
  return JSON.stringify({ jsonrpc: '2.0', id: message.id, ...outcome })
}

function resultOf({ method, params }: Message, plan: UpstreamPlan): object | undefined {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params?.protocolVersion ?? '2025-06-18',
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: `bench-${plan.index}`, version: '1' },
      }
    case 'ping':
      return {}
    case 'tools/list':
      return { tools: Array.from({ length: plan.tools }, (_, tool) => toolOf(plan, tool)) }
    case 'tools/call':
      return { content: [{ type: 'text', text: `${String(params?.name)} says ${String(params?.arguments?.text)}` }] }
    default:
      return undefined
  }
}

const toolOf = ({ index, version }: UpstreamPlan, tool: number): object => ({
  name: `${toolMark}${index}_${tool}`,
  description: `Tool ${tool} of server ${index}, version ${version}: says again what it is told.`,
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string', description: 'What to say' }, times: { type: 'integer', minimum: 1 } },
    required: ['text'],
  },
})
