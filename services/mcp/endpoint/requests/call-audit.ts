import type { CallToolResult } from '@modelcontextprotocol/server'
import { toHearthError } from '../../../common/errors/hearth-error.ts'
import { redactArguments } from '../../aggregator/calls/redact.ts'
import type { Audit } from '../../store/store.ts'
import type { Caller } from './ask.ts'

/** Of a call that stays in the house; what goes to an upstream is audited by the aggregator. */
export interface OwnCallRecord {
  readonly caller: Caller
  readonly tool: string
  readonly args: unknown
  /** Epoch milliseconds. */
  readonly startedAt: number
}

/** Keeps who called our own tools with which kinds of arguments, and what was blocked at the door; never a value. */
export class CallAudit {
  readonly #audit: Pick<Audit, 'record'>
  readonly #clock: () => number

  constructor(audit: Pick<Audit, 'record'>, clock: () => number) {
    this.#audit = audit
    this.#clock = clock
  }

  answered(record: OwnCallRecord, { isError, _meta: meta }: CallToolResult): void {
    const code = meta?.['hearth/code']
    if (isError === true) this.#keep(record, 'failed', typeof code === 'string' ? code : 'tool_failed')
    else this.#keep(record, 'ok', null)
  }

  failed(record: OwnCallRecord, error: unknown): void {
    this.#keep(record, 'failed', toHearthError(error).code)
  }

  /** The token has no right to it. */
  denied({ principal }: Caller, target: string): void {
    this.#record(principal.id, { action: 'tool.call', target, code: 'policy_access_denied' })
  }

  /** A `requestState` that was changed, is too old, or belongs to something else. */
  stateRefused({ principal }: Caller, target: string, reason: string): void {
    this.#record(principal.id, { action: 'mcp.state', target, code: reason })
  }

  #record(
    principal: string,
    blocked: { readonly action: string; readonly target: string; readonly code: string },
  ): void {
    this.#audit.record({ principal, ...blocked, outcome: 'blocked', detail: null })
  }

  #keep({ caller, tool, args, startedAt }: OwnCallRecord, outcome: 'ok' | 'failed', code: string | null): void {
    const { id: principal, credentialId: credential } = caller.principal
    const detail = JSON.stringify({ credential, arguments: redactArguments(args), ms: this.#clock() - startedAt })
    this.#audit.record({ principal, action: 'tool.call', target: `hearth/${tool}`, outcome, code, detail })
  }
}
