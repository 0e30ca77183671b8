import type { CallToolResult } from '@modelcontextprotocol/client'
import type { ErrorCode } from '../../../common/errors/error-table.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { ToolRefusal } from '../aggregator.ts'
import type { CatalogTool } from '../catalog.ts'

/** Refusals of tools that the caller may know of. */
export type KnownRefusal = Exclude<ToolRefusal, 'unknown' | 'not_in_profile'>

const refusals = {
  off: {
    code: 'tool_disabled',
    says: () => 'is switched off. An admin can switch it on in *Servers & tools* or with `hearth mcp`.',
  },
  server_off: {
    code: 'tool_disabled',
    says: ({ server }) =>
      `cannot be used: its server ${server} is switched off. An admin can switch it on in *Servers & tools* or with \`hearth mcp\`.`,
  },
  quarantined: {
    code: 'tool_quarantined',
    says: () => 'waits for approval. An admin can compare and approve it in *Servers & tools*.',
  },
  gone: {
    code: 'tool_unavailable',
    says: ({ server }) => `is gone: the server ${server} does not offer it any more. List the tools again.`,
  },
} as const satisfies Record<KnownRefusal, { code: ErrorCode; says: (tool: CatalogTool) => string }>

export const refusalError = (refusal: KnownRefusal, tool: CatalogTool): HearthError =>
  new HearthError(refusals[refusal].code, `The tool ${tool.exposedName} ${refusals[refusal].says(tool)}`)

/** Failures that a model can read and act on are an answer, not an error of the protocol. */
const answered: ReadonlySet<ErrorCode> = new Set([
  ...(['tool_unavailable', 'tool_timeout', 'tool_failed', 'tool_quarantined', 'tool_disabled'] as const),
  ...(['caller_too_large', 'gateway_overloaded'] as const),
])

export const isAnswered = (error: unknown): error is HearthError =>
  error instanceof HearthError && answered.has(error.code)

/** An answer that says why a call was not made, or failed: for models in the text, for programs in `_meta`. */
export const failedCall = (code: ErrorCode, message: string): CallToolResult => ({
  content: [{ type: 'text', text: `${code}: ${message}` }],
  isError: true,
  _meta: { 'hearth/code': code },
})
