import {
  type LoggingMessageNotification,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
} from '@modelcontextprotocol/client'
import { LiveSet } from '../../../../common/collections/live-set.ts'
import type { Asker, Question } from '../../upstream.ts'

type LogMessage = LoggingMessageNotification['params']

/**
 * The exchanges under way over one link. Over a shared connection neither a question nor a log message names the exchange
 * it belongs to: it is given to the only one it can belong to, and to nobody when there are several. What one principal is
 * asked or told never reaches another, whoever of them is able or wants it.
 */
export class Conversation {
  readonly #entries = new LiveSet<Asker>()
  /** That a legacy upstream was told last, for all. */
  level: LogMessage['level'] | undefined

  /** Undefined: they are of several principals. */
  get #askers(): readonly Asker[] | undefined {
    const askers = this.#entries.values()
    return new Set(askers.map(({ principal }) => principal)).size > 1 ? undefined : askers
  }

  enter(asker: Asker): Disposable {
    return this.#entries.add(asker)
  }

  /** @throws ProtocolError when it is not clear who is asked, or nobody can answer. */
  async ask(question: Question): Promise<Result> {
    const able = this.#askers?.filter((asker) => canAnswer(asker, question))
    if (able === undefined || able.length > 1) {
      throw refusal('several calls are under way, it is not clear which of them this belongs to')
    }
    const [asker] = able
    if (asker?.answer === undefined) throw refusal('nobody who waits for this server can answer that')
    return asker.answer(question)
  }

  log(message: LogMessage): void {
    const [only, ...others] = this.#askers?.filter(({ logLevel }) => logLevel !== undefined) ?? []
    if (only === undefined || others.length > 0 || !isAtLeast(message.level, only.logLevel)) return
    only.onLog?.(message)
  }
}

const refusal = (why: string): ProtocolError => new ProtocolError(ProtocolErrorCode.InvalidRequest, why)

function canAnswer({ answer, capabilities }: Asker, { method, params }: Question): boolean {
  if (answer === undefined) return false
  switch (method) {
    case 'roots/list':
      return capabilities.roots !== undefined
    case 'sampling/createMessage':
      return capabilities.sampling !== undefined
    case 'elicitation/create':
      return takesElicitation(capabilities.elicitation, params?.['mode'] === 'url' ? 'url' : 'form')
  }
}

/** An empty capability means forms only (specification 2025-11-25, client/elicitation). */
function takesElicitation(capability: Asker['capabilities']['elicitation'], mode: 'form' | 'url'): boolean {
  if (capability === undefined) return false
  if (mode === 'url') return capability.url !== undefined
  return capability.form !== undefined || capability.url === undefined
}

const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const

/** Is a message of this level wanted by who asked for `wanted` and up? */
export const isAtLeast = (level: LogMessage['level'], wanted: LogMessage['level'] | undefined): boolean =>
  wanted !== undefined && levels.indexOf(level) >= levels.indexOf(wanted)
