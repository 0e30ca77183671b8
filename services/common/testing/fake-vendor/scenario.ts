/** Faults in the order in which an answer can meet them. */
export const vendorFaults = [
  'headers-never',
  'silence-after-headers',
  'error-first',
  'done-only',
  'end-after-role',
  'comments-only',
  'stall-mid-stream',
  'reset-mid-stream',
  'end-without-terminator',
  'error-mid-stream',
  'error-other-form',
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
  /** `error.code` of that body, such as `insufficient_quota`; Anthropic's `error.type`. Holds for error events too. */
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
  /** Words by which the model declines, instead of text. */
  readonly refusal: number
  /** Most rough pictures; the request may ask for fewer. */
  readonly partials: number
  /** llama.cpp's `prompt_progress` chunks before the first token. */
  readonly progress: number
  /** How long a model loads, from the first request that names it. */
  readonly loadMs: number
  /** Until then: `refuse` answers 503 as llama.cpp, `wait` keeps the headers back as Ollama. */
  readonly whileLoading: 'refuse' | 'wait'
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
  refusal: 0,
  partials: Number.POSITIVE_INFINITY,
  progress: 0,
  loadMs: 0,
  whileLoading: 'wait',
  maxTokens: Number.POSITIVE_INFINITY,
}

/**
 * The scenario in a model's name, for a test in another process: `fault:stall-mid-stream`, `status:429?retry_after=2`,
 * `fake?tokens=200&pace_ms=5`. Knobs: tokens, pace_ms, after, reasoning, calls, usage, refusal,
 * partials, progress, load_ms, while_loading, code, retry_after.
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
    refusal: count('refusal', base.refusal),
    partials: count('partials', base.partials),
    progress: count('progress', base.progress),
    loadMs: count('load_ms', base.loadMs),
    whileLoading: knobs.get('while_loading') === 'refuse' ? 'refuse' : base.whileLoading,
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
