import type { GenerateRequest, ResponseFormat, ToolChoice } from '../../../common/contracts/generate-request.ts'
import { dropParameters } from '../../drop-parameters.ts'
import type { Flavor } from './flavors.ts'

export interface FittedRequest {
  readonly request: GenerateRequest
  /** Profile names of what the server does not take. */
  readonly dropped: readonly string[]
}

/**
 * The request as this kind of server takes it. What it cannot do is said in another way where there is one (a named tool: only
 * that tool is offered), else dropped and listed. Pure.
 */
export function fitRequest(request: GenerateRequest, flavor: Flavor): FittedRequest {
  const { parameters, names } = dropParameters(request.parameters, flavor.dropped)
  const tools = fitTools(request, flavor.toolChoice)
  return {
    request: {
      ...request,
      parameters: { ...parameters, extra: { ...flavor.extra, ...parameters.extra } },
      tools: tools.tools,
      toolChoice: tools.toolChoice,
      responseFormat: flavor.hasJsonObject ? request.responseFormat : withSchema(request.responseFormat),
    },
    dropped: tools.isDropped ? [...names, 'tool_choice'] : names,
  }
}

interface FittedTools extends Pick<GenerateRequest, 'tools' | 'toolChoice'> {
  readonly isDropped: boolean
}

const auto: ToolChoice = { type: 'auto' }

function fitTools({ tools, toolChoice }: GenerateRequest, takes: Flavor['toolChoice']): FittedTools {
  if (takes === 'any' || toolChoice.type === 'auto') return { tools, toolChoice, isDropped: false }
  const wanted = toolChoice.type === 'tool' ? tools.filter(({ name }) => name === toolChoice.name) : tools
  // A choice that nothing can meet stays as it is: mapping the request refuses it.
  if (wanted.length === 0) return { tools: wanted, toolChoice, isDropped: false }
  if (takes === 'words') {
    return {
      tools: wanted,
      toolChoice: toolChoice.type === 'tool' ? { type: 'required' } : toolChoice,
      isDropped: false,
    }
  }
  if (toolChoice.type === 'none') return { tools: [], toolChoice: auto, isDropped: false }
  return { tools: wanted, toolChoice: auto, isDropped: true }
}

const withSchema = (format: ResponseFormat): ResponseFormat =>
  format.type === 'json_object' ? { type: 'json_schema', name: 'json_object', schema: { type: 'object' } } : format
