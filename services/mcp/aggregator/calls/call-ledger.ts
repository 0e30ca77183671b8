import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/client'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Audit, AuditEntry } from '../../store/store.ts'
import type { ClientExchange } from '../aggregator.ts'
import type { AggregatorMetrics } from '../aggregator-metrics.ts'
import type { ExchangeAnswer } from '../upstream.ts'
import { redactArguments, redactUri } from './redact.ts'

/** One request of a client, as it is written down. */
export interface CallNote {
  readonly request: ClientExchange
  /** Undefined: nobody has what was named. */
  readonly server: string | undefined
  /** The upstream's own name, or the URI. */
  readonly name: string
}

type Outcome = Pick<AuditEntry, 'outcome' | 'code'>

const actions = {
  'tools/call': 'tool.call',
  'prompts/get': 'prompt.get',
  'resources/read': 'resource.read',
  'completion/complete': undefined,
} as const satisfies Record<ClientExchange['method'], string | undefined>

/** Writes down every request: who, what, how it ended (of codes a closed set); of arguments only names and sizes. */
export class CallLedger {
  readonly #audit: Pick<Audit, 'record'>
  readonly #metrics: AggregatorMetrics

  constructor(audit: Pick<Audit, 'record'>, metrics: AggregatorMetrics) {
    this.#audit = audit
    this.#metrics = metrics
  }

  async kept(note: CallNote, answer: () => Promise<ExchangeAnswer>): Promise<ExchangeAnswer> {
    const startedAt = performance.now()
    try {
      const answered = await answer()
      this.#write(note, outcomeOf(answered), performance.now() - startedAt)
      return answered
    } catch (error) {
      this.#write(note, failureOf(error), performance.now() - startedAt)
      throw error
    }
  }

  #write({ request, server, name }: CallNote, { outcome, code }: Outcome, ms: number): void {
    if (server !== undefined) this.#metrics.answered({ server, method: request.method, outcome: code ?? outcome, ms })
    const action = actions[request.method]
    if (action === undefined) return
    const target = redactUri(server === undefined ? name : `${server}/${name}`)
    const detail = JSON.stringify({ arguments: redactArguments(request.params['arguments']), ms: Math.round(ms) })
    this.#audit.record({ principal: request.asker.principal, action, target, outcome, code, detail })
  }
}

const blocked = new Set(['tool_disabled', 'tool_quarantined'])

/** What an upstream says of its failure decides on no code: each would be another figure. */
function outcomeOf({ type, result }: ExchangeAnswer): Outcome {
  if (type === 'input_required') return { outcome: 'ok', code: 'input_required' }
  if (!('isError' in result) || result.isError !== true) return { outcome: 'ok', code: null }
  return { outcome: 'failed', code: 'tool_failed' }
}

function failureOf(error: unknown): Outcome {
  if (error instanceof HearthError) return { outcome: blocked.has(error.code) ? 'blocked' : 'failed', code: error.code }
  if (!(error instanceof ProtocolError)) return { outcome: 'failed', code: 'gateway_internal' }
  return { outcome: 'failed', code: error.code in ProtocolErrorCode ? String(error.code) : 'protocol_error' }
}
