import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server'
import { toHearthError } from '../../../common/errors/hearth-error.ts'
import type { Audit } from '../../store/store.ts'
import type { Caller } from './ask.ts'

export interface CallRecord {
  readonly caller: Caller
  /** Such as `memory/read_graph`; `hearth/<name>` for our own. */
  readonly target: string
  readonly args: unknown
  /** Epoch milliseconds. */
  readonly startedAt: number
}

const maxDetailLength = 4096

/** Keeps who called what with which kinds of arguments, and how it went; never a value. */
export class CallAudit {
  readonly #audit: Pick<Audit, 'record'>
  readonly #clock: () => number

  constructor(audit: Pick<Audit, 'record'>, clock: () => number) {
    this.#audit = audit
    this.#clock = clock
  }

  answered(record: CallRecord, result: CallToolResult | InputRequiredResult): void {
    const code = codeOf(result)
    const outcome = result.isError !== true ? 'ok' : isRefusal(code) ? 'blocked' : 'failed'
    this.#keep(record, outcome, result.isError === true ? (code ?? 'tool_failed') : null)
  }

  failed(record: CallRecord, error: unknown): void {
    this.#keep(record, 'failed', toHearthError(error).code)
  }

  /** A state that was changed, is too old, or belongs to somebody else. */
  stateRefused(caller: Caller, target: string, reason: string): void {
    const { id: principal } = caller.principal
    this.#audit.record({ principal, action: 'mcp.state', target, outcome: 'blocked', code: reason, detail: null })
  }

  #keep(
    { caller, target, args, startedAt }: CallRecord,
    outcome: 'ok' | 'failed' | 'blocked',
    code: string | null,
  ): void {
    const { id: principal, credentialId: credential } = caller.principal
    const detail = JSON.stringify({ credential, ms: this.#clock() - startedAt, arguments: shapeOf(args, 0) })
    const isLong = detail.length > maxDetailLength
    this.#audit.record({
      principal,
      action: 'tool.call',
      target,
      outcome,
      code,
      detail: isLong ? JSON.stringify({ credential, arguments: 'too many to list' }) : detail,
    })
  }
}

function codeOf({ _meta: meta }: CallToolResult | InputRequiredResult): string | undefined {
  const code = meta?.['hearth/code']
  return typeof code === 'string' ? code : undefined
}

const refusals = new Set(['tool_disabled', 'tool_quarantined', 'policy_access_denied', 'policy_rate_limited'])
const isRefusal = (code: string | undefined): boolean => code !== undefined && refusals.has(code)

/** What kind of thing each argument is, without any of it. */
function shapeOf(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return `text of ${value.length}`
  if (Array.isArray(value)) return `list of ${value.length}`
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  if (depth >= 3) return 'object'
  const entries = Object.entries(value).slice(0, 32)
  return Object.fromEntries(entries.map(([key, item]) => [key.slice(0, 64), shapeOf(item, depth + 1)]))
}
