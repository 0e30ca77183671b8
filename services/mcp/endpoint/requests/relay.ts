import {
  type HandlerResultTypeMap,
  type InputRequest,
  type InputRequests,
  type InputRequiredResult,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
} from '@modelcontextprotocol/server'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Aggregator } from '../../aggregator/aggregator.ts'
import type { Asker, ExchangeAnswer, Question } from '../../aggregator/upstream.ts'
import type { Ask } from './ask.ts'
import type { CallAudit } from './call-audit.ts'
import { isOpen, mayGoOn, openServers } from './may-go-on.ts'
import { missingCapability } from './missing-capability.ts'
import { type CallStep, type ParkedCalls, RunningCall } from './parked-calls.ts'
import { digestOf, type HeldState, type StateBinding, type StateSeal } from './sealed-state.ts'
import { shownQuestion } from './shown-question.ts'
import type { TokenUsage } from './token-usage.ts'

type ErrandMethod = 'tools/call' | 'prompts/get' | 'resources/read'

/** A request that an upstream answers, in exposed names. */
export interface Errand<Method extends ErrandMethod = ErrandMethod> {
  readonly method: Method
  /** Exposed name of the tool or prompt, or the URI. */
  readonly name: string
  /** Without `_meta`. */
  readonly params: Readonly<Record<string, unknown>>
  /** Who has it; empty: only the aggregator knows. */
  readonly upstream: string
}

export interface RelayDeps {
  readonly aggregator: Pick<Aggregator, 'catalog' | 'exchange' | 'refusal'>
  readonly seal: StateSeal
  readonly parked: ParkedCalls
  readonly usage: TokenUsage
  readonly audit: CallAudit
}

/** Carries requests to upstreams, and what they ask in the middle back to whoever asked first. */
export class Relay {
  readonly #deps: RelayDeps

  constructor(deps: RelayDeps) {
    this.#deps = deps
  }

  /**
   * @throws ProtocolError -32602 for a state that is not for this request, -32021 when the client cannot answer what the
   * upstream asks; what `Aggregator.exchange` throws.
   */
  async run<Method extends ErrandMethod>(ask: Ask, errand: Errand<Method>): Promise<HandlerResultTypeMap[Method]> {
    const held = ask.requestState === undefined ? undefined : this.#open(ask, errand, ask.requestState)
    const call =
      held?.type === 'parked' ? this.#resume(ask, errand, held.handle) : this.#begin(ask, errand, held?.state)
    const answer = this.#answer(ask, errand, { call, step: await call.step(ask) })
    // The client of the upstream has checked it against the schema of the method.
    return answer as HandlerResultTypeMap[Method]
  }

  #begin(ask: Ask, errand: Errand, state: string | undefined): RunningCall {
    const { caller, inputResponses } = ask
    const call = new RunningCall(this.#serversOf(ask, errand))
    const params = {
      ...errand.params,
      ...(inputResponses === undefined ? {} : { inputResponses }),
      ...(state === undefined ? {} : { requestState: state }),
    }
    const { audience } = caller
    const asker = askerOf(ask, errand, call)
    call.begin(ask, () =>
      this.#deps.aggregator.exchange({ method: errand.method, params, asker, audience, signal: call.signal }),
    )
    return call
  }

  #resume(ask: Ask, errand: Errand, handle: string): RunningCall {
    const call = this.#deps.parked.take(handle)
    if (call === undefined) throw this.#refuse(ask, errand, 'expired')
    const { audience } = ask.caller
    if (!mayGoOn(this.#deps.aggregator, errand, { audience, servers: call.servers })) {
      call.end(new HearthError('tool_disabled', `${errand.name} was switched off, or is out of reach now.`))
      // Begun anew it is refused by the aggregator, in its words and in its audit.
      return this.#begin({ ...ask, inputResponses: undefined }, errand, undefined)
    }
    call.deliver(ask.inputResponses ?? {})
    return call
  }

  /** Where the call may be under way: at its upstream; at any that is open, when only the aggregator knows. */
  #serversOf({ caller }: Ask, { upstream }: Errand): ReadonlySet<string> {
    const { aggregator } = this.#deps
    const { audience } = caller
    return isOpen(aggregator, audience, upstream) ? new Set([upstream]) : openServers(aggregator, audience)
  }

  #answer(
    ask: Ask,
    errand: Errand,
    { call, step }: { readonly call: RunningCall; readonly step: CallStep },
  ): Result | InputRequiredResult {
    if (step.type === 'asks') return this.#park(ask, errand, { call, questions: step.questions })
    return this.#sealed(ask, errand, step.answer)
  }

  #sealed(ask: Ask, errand: Errand, { type, result }: ExchangeAnswer): Result | InputRequiredResult {
    if (type === 'complete') return result
    const { inputRequests, requestState } = result
    const missing = ask.era === 'modern' ? missingFor(ask, Object.values(inputRequests ?? {})) : undefined
    if (missing !== undefined) throw missing
    return {
      resultType: 'input_required',
      ...(inputRequests === undefined ? {} : { inputRequests: shownRequests(inputRequests, errand.upstream) }),
      ...(requestState === undefined
        ? {}
        : { requestState: this.#deps.seal.seal({ type: 'relayed', state: requestState }, bindingOf(ask, errand)) }),
    }
  }

  /** Its upstream waits in the middle; the client's retry goes on with it. */
  #park(
    ask: Ask,
    errand: Errand,
    { call, questions }: { readonly call: RunningCall; readonly questions: ReadonlyMap<string, Question> },
  ): InputRequiredResult {
    const missing = missingFor(ask, questions.values())
    if (missing !== undefined) {
      call.end(missing)
      throw missing
    }
    const slot = this.#slotFor(ask, call)
    this.#deps.parked.park(call, slot)
    const inputRequests = Object.fromEntries([...questions].map(([key, question]) => [key, inputRequestOf(question)]))
    const requestState = this.#deps.seal.seal({ type: 'parked', handle: call.handle }, bindingOf(ask, errand))
    return { resultType: 'input_required', inputRequests, requestState }
  }

  #slotFor(ask: Ask, call: RunningCall): Disposable {
    try {
      return this.#deps.usage.hold(ask.caller.principal.credentialId, 'parked')
    } catch (error) {
      call.end(error)
      throw error
    }
  }

  #open(ask: Ask, errand: Errand, requestState: string): HeldState {
    const opened = this.#deps.seal.open(requestState, bindingOf(ask, errand))
    if (opened.status === 'open') return opened.held
    throw this.#refuse(ask, errand, opened.reason)
  }

  #refuse(ask: Ask, errand: Errand, reason: string): ProtocolError {
    this.#deps.audit.stateRefused(ask.caller, `${errand.upstream}/${errand.name}`, reason)
    const message = 'The requestState is not of this request, or too old; begin the request anew.'
    return new ProtocolError(ProtocolErrorCode.InvalidParams, message, { reason: 'invalid_request_state' })
  }
}

/** The first question that the client did not say it can answer, as -32021. */
function missingFor(
  ask: Ask,
  questions: Iterable<Question | InputRequest>,
): MissingRequiredClientCapabilityError | undefined {
  for (const question of questions) {
    const requiredCapabilities = missingCapability(question, ask.capabilities)
    if (requiredCapabilities !== undefined) return new MissingRequiredClientCapabilityError({ requiredCapabilities })
  }
  return undefined
}

const bindingOf = ({ caller }: Ask, { method, name, params, upstream }: Errand): StateBinding => ({
  principal: `${caller.principal.id} ${caller.principal.credentialId}`,
  profile: caller.audience.profile?.name ?? '',
  method,
  name,
  digest: digestOf(params),
  upstream,
})

/** The client as the upstream sees it; progress and logs go to the request that is attached at the moment. */
function askerOf(ask: Ask, { upstream }: Errand, call: RunningCall): Asker {
  return {
    principal: ask.caller.principal.id,
    capabilities: ask.capabilities,
    ...(ask.logLevel === undefined ? {} : { logLevel: ask.logLevel }),
    onProgress: (progress) => {
      const to = call.attached
      if (to?.progressToken === undefined) return
      to.notify({ method: 'notifications/progress', params: { ...progress, progressToken: to.progressToken } })
    },
    onLog: (message) => call.attached?.notify({ method: 'notifications/message', params: { ...message } }),
    answer: async (question) => answerOf(ask, call, shownQuestion(question, upstream)),
  }
}

/** A client with a session is asked; any other gets the question as the answer to its request. */
async function answerOf(ask: Ask, call: RunningCall, question: Question): Promise<Result> {
  if (ask.ask === undefined) return call.question(question)
  if (missingCapability(question, ask.capabilities) === undefined) return ask.ask(question)
  throw new HearthError('caller_unsupported_feature', `The client does not answer ${question.method}.`)
}

const shownRequests = (requests: InputRequests, upstream: string): InputRequests =>
  Object.fromEntries(
    Object.entries(requests).map(([key, request]) => [key, inputRequestOf(shownQuestion(request, upstream))]),
  )

/** The upstream's own, but for its name. */
const inputRequestOf = ({ method, params }: Question): InputRequest => ({ method, params }) as InputRequest
