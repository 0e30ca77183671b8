import type { AdapterInfo } from '../common/contracts/model-adapter.ts'
import { HearthError } from '../common/errors/hearth-error.ts'

/** What can be asked: adapter, connection (one key or server), model. */
export interface Target {
  readonly adapter: string
  readonly connection: string
  readonly model: string
  /** Lower is first; unset: the position in the list. */
  readonly priority?: number | undefined
  /** Share among targets of equal priority. Default 1. */
  readonly weight?: number
}

/**
 * The targets that can be asked now, best first: by priority, among equals drawn by weight.
 * @throws HearthError `gateway_no_adapter` naming the reason of each, when there is none.
 */
export function eligibleTargets(
  targets: readonly Target[],
  adapters: readonly AdapterInfo[],
  random: () => number,
): readonly [Target, ...Target[]] {
  const judged = targets.map((target) => ({ target, reason: whyNot(target, adapters) }))
  const eligible = judged.filter(({ reason }) => reason === undefined).map(({ target }) => target)
  const [first, ...rest] = order(eligible, targets, random)
  if (first !== undefined) return [first, ...rest]
  const reasons = judged.map(({ target, reason }) => `${target.adapter}/${target.connection}: ${reason}`)
  throw new HearthError('gateway_no_adapter', `No target of the profile can be asked. ${reasons.join('; ')}.`)
}

/** Why a target cannot be asked now; undefined: it can. A loading one can: its adapter waits. */
function whyNot(target: Target, adapters: readonly AdapterInfo[]): string | undefined {
  const adapter = adapters.find(({ name }) => name === target.adapter)
  if (adapter === undefined) return `there is no adapter "${target.adapter}"`
  const connection = adapter.connections.find(({ name }) => name === target.connection)
  if (connection === undefined) return `add the connection to adapters.${target.adapter}.connections`
  const { state } = connection
  if (state.status === 'disabled') return state.reason
  if (state.status === 'loading' || state.models === undefined || state.models.includes(target.model)) return undefined
  return `it has no model "${target.model}"`
}

function order(eligible: readonly Target[], all: readonly Target[], random: () => number): readonly Target[] {
  const priority = (target: Target) => target.priority ?? all.indexOf(target)
  // A weighted draw without replacement: the larger u^(1/w), the earlier (Efraimidis and Spirakis, 2006).
  const drawn = eligible.map((target) => ({ target, key: random() ** (1 / (target.weight ?? 1)) }))
  return drawn.sort((a, b) => priority(a.target) - priority(b.target) || b.key - a.key).map(({ target }) => target)
}
