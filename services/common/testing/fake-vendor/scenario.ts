/** Faults in the order in which an answer can meet them. */
export const vendorFaults = [
  'headers-never',
  'silence-after-headers',
  'error-first',
  'end-after-role',
  'comments-only',
  'stall-mid-stream',
  'reset-mid-stream',
  'end-without-terminator',
  'error-mid-stream',
  'malformed-json',
  'invalid-utf8',
  'line-1mb',
  'line-17mb',
  'stall-after-finish',
  'reset-after-finish',
  'not-sse',
] as const
export type VendorFault = (typeof vendorFaults)[number]

/** What the fake vendor does with one request. */
export interface Scenario {
  readonly fault: VendorFault | undefined
  /** Answers with this status and a vendor's error body instead. */
  readonly status: number | undefined
  /** `error.code` of that body, such as `insufficient_quota`. */
  readonly code: string | undefined
  /** Value of the Retry-After header, seconds. */
  readonly retryAfter: string | undefined
  /** Words of the answer; each is one chunk. */
  readonly tokens: number
  /** Milliseconds between chunks; 0 writes as fast as the socket takes them. */
  readonly paceMs: number
  /** Tokens before a mid-stream fault. */
  readonly after: number
  /** Words of reasoning before the answer. */
  readonly reasoning: number
  /** Tool calls instead of text; arguments come in three parts. */
  readonly calls: number
  readonly usage: boolean
  /** What the request allows; fewer than `tokens` ends with `length`. */
  readonly maxTokens: number
}

export const plainScenario: Scenario = {
  fault: undefined,
  status: undefined,
  code: undefined,
  retryAfter: undefined,
  tokens: 20,
  paceMs: 0,
  after: 3,
  reasoning: 0,
  calls: 0,
  usage: true,
  maxTokens: Number.POSITIVE_INFINITY,
}

/**
 * The scenario in a model's name, for a test in another process: `fault:stall-mid-stream`, `status:429?retry_after=2`,
 * `fake?tokens=200&pace_ms=5`. Knobs: tokens, pace_ms, after, reasoning, calls, usage, code, retry_after.
 * @throws Error for a fault that does not exist.
 */
export function scenarioOfModel(model: string, base: Scenario = plainScenario): Scenario {
  const [name = '', query = ''] = model.split('?')
  const knobs = new URLSearchParams(query)
  const count = (key: string, otherwise: number) => (knobs.has(key) ? Number(knobs.get(key)) : otherwise)
  return {
    ...base,
    ...head(name),
    code: knobs.get('code') ?? base.code,
    retryAfter: knobs.get('retry_after') ?? base.retryAfter,
    tokens: count('tokens', base.tokens),
    paceMs: count('pace_ms', base.paceMs),
    after: count('after', base.after),
    reasoning: count('reasoning', base.reasoning),
    calls: count('calls', base.calls),
    usage: knobs.get('usage') === 'false' ? false : base.usage,
  }
}

function head(name: string): Partial<Scenario> {
  if (name.startsWith('status:')) return { status: Number(name.slice('status:'.length)) }
  if (!name.startsWith('fault:')) return {}
  const wanted = name.slice('fault:'.length)
  const fault = vendorFaults.find((known) => known === wanted)
  if (fault === undefined) throw new Error(`no fault "${wanted}"; there are ${vendorFaults.join(', ')}`)
  return { fault }
}
