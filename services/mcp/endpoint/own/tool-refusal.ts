import type { ErrorCode } from '../../../common/errors/error-table.ts'
import type { ToolRefusal } from '../../aggregator/aggregator.ts'

interface Explanation {
  readonly code: ErrorCode
  /** What to do. */
  readonly reason: string
}

const unknown: Explanation = {
  code: 'caller_not_found',
  reason: 'There is no tool of that name here; find one with hearth_search_tools.',
}

const explanations: Readonly<Record<ToolRefusal, Explanation>> = {
  unknown,
  gone: { code: 'caller_not_found', reason: 'Its server has it no more; find another with hearth_search_tools.' },
  // What a profile leaves out does not exist for it.
  not_in_profile: unknown,
  off: { code: 'tool_disabled', reason: 'It is switched off; a person with the right to settings can switch it on.' },
  server_off: {
    code: 'tool_disabled',
    reason: 'Its server is switched off; a person with the right to settings can switch it on.',
  },
  quarantined: { code: 'tool_quarantined', reason: 'It waits until an admin has reviewed what changed in it.' },
}

/** Why a tool cannot be called now, and what to do. */
export const explainRefusal = (refusal: ToolRefusal): Explanation => explanations[refusal]
