import type { ToolChoice } from '../common/contracts/generate-request.ts'
import { HearthError } from '../common/errors/hearth-error.ts'

/** What is sent without tools: nothing. @throws HearthError `caller_invalid_request` when a call is wanted all the same. */
export function withoutTools(choice: ToolChoice): Record<never, never> {
  if (choice.type === 'auto' || choice.type === 'none') return {}
  throw new HearthError('caller_invalid_request', 'tool_choice asks for a call, but no such tool is given; add it.', {
    details: { param: 'tool_choice' },
  })
}
