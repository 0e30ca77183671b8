import type { ToolChoice } from '../../common/contracts/generate-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'

/**
 * A choice that some declared tool can meet. Pure.
 * @throws HearthError `caller_invalid_request` when none can: it is refused before a run begins.
 */
export function metChoice(choice: ToolChoice, tools: readonly { readonly name: string }[]): ToolChoice {
  const isMet =
    choice.type === 'tool'
      ? tools.some(({ name }) => name === choice.name)
      : choice.type !== 'required' || tools.length > 0
  if (isMet) return choice
  throw new HearthError(
    'caller_invalid_request',
    'tool_choice asks for a tool that is not among tools; declare it there.',
    { details: { param: 'tool_choice' } },
  )
}
