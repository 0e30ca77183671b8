import type {
  CacheControlEphemeral,
  MessageCreateParamsStreaming,
  OutputConfig,
  TextBlockParam,
  Tool,
  ToolChoice as WireToolChoice,
} from '@anthropic-ai/sdk/resources/messages'
import type { GenerateRequest, ToolDefinition } from '../../common/contracts/generate-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { withoutTools } from '../without-tools.ts'
import { mapFormat } from './map-format.ts'
import { mapMessages, mapSystem, type Turn } from './map-messages.ts'
import { mapParameters } from './map-parameters.ts'
import { mapThinking, type ThinkingFields } from './map-thinking.ts'
import { type ModelTraits, traitsOf } from './model-traits.ts'

export interface MappedRequest {
  readonly body: MessageCreateParamsStreaming
  /** Parameters left out or changed, by their profile names. */
  readonly dropped: readonly string[]
}

/** The API wants a limit; a profile has one unless its owner took it out. */
const defaultMaxTokens = 4096

/**
 * The body of `POST /v1/messages`. `extra` wins over what the parameters say.
 * @throws HearthError `caller_unsupported_feature` for drawing, `caller_invalid_request` for a forced call without tools.
 */
export function mapRequest(request: GenerateRequest, apiVersion: string): MappedRequest {
  if (request.image !== undefined) {
    throw new HearthError(
      'caller_unsupported_feature',
      'The anthropic adapter does not draw pictures; use a profile whose image target does.',
      { details: { param: 'image' } },
    )
  }
  const traits = traitsOf(request.model, apiVersion)
  const maxTokens = request.parameters.maxOutputTokens ?? defaultMaxTokens
  const thinking = thinkingOf(request, traits, maxTokens)
  const thinks = thinking.thinking?.type === 'enabled' || thinking.thinking?.type === 'adaptive'
  const parameters = mapParameters(request.parameters, thinks ? 'none' : traits.sampling)
  const format = mapFormat(request.responseFormat, traits)
  const body: MessageCreateParamsStreaming = {
    max_tokens: maxTokens,
    ...(thinking.thinking === undefined ? {} : { thinking: thinking.thinking }),
    ...systemOf([...mapSystem(request.messages), ...format.instructions]),
    ...toolsOf(request, traits),
    ...parameters.fields,
    ...outputConfigOf({ ...format.config, ...thinking.config }, parameters.fields['output_config']),
    model: request.model,
    messages: withBreakpoint(mapMessages(request.messages)),
    stream: true,
  }
  return { body, dropped: [...parameters.dropped, ...(thinking.isDropped ? ['reasoning_effort'] : [])] }
}

function thinkingOf(request: GenerateRequest, traits: ModelTraits, maxTokens: number): ThinkingFields {
  const answer = request.messages.findLast(({ role }) => role === 'assistant')
  return mapThinking(
    {
      effort: request.parameters.reasoningEffort,
      maxTokens,
      isCallForced: request.toolChoice.type === 'required' || request.toolChoice.type === 'tool',
      continuesCall: answer?.role === 'assistant' && answer.toolCalls.length > 0,
    },
    traits,
  )
}

/** `extra` adds to what the request says about its output, such as an effort of its own. */
function outputConfigOf(config: OutputConfig, extra: unknown): { readonly output_config?: OutputConfig } {
  const merged = { ...config, ...(typeof extra === 'object' ? extra : {}) }
  return Object.keys(merged).length === 0 ? {} : { output_config: merged }
}

/**
 * Three breakpoints of the four that the API allows, each at the end of what comes back unchanged in the next request: tools,
 * system, and the turns before the newest. A prefix too short to be cached is no error.
 * Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching, read 2026-11-22.
 */
const breakpoint: { readonly cache_control: CacheControlEphemeral } = { cache_control: { type: 'ephemeral' } }

function systemOf(texts: readonly string[]): { readonly system?: TextBlockParam[] } {
  if (texts.length === 0) return {}
  return { system: lastMarked(texts.map((text) => ({ type: 'text' as const, text }))) }
}

const lastMarked = <Item extends object>(items: readonly Item[]): Item[] =>
  items.map((item, index) => (index === items.length - 1 ? { ...item, ...breakpoint } : item))

const withBreakpoint = (turns: readonly Turn[]): Turn[] =>
  turns.map((turn, index) => (index === turns.length - 2 ? { ...turn, content: lastMarked(turn.content) } : turn))

function toolsOf(request: GenerateRequest, traits: ModelTraits): { tools?: Tool[]; tool_choice?: WireToolChoice } {
  const { tools, toolChoice, parameters } = request
  if (tools.length === 0) return withoutTools(toolChoice)
  return {
    tools: lastMarked(tools.map((tool) => mapTool(tool, traits))),
    tool_choice: mapToolChoice(toolChoice, parameters.parallelToolCalls),
  }
}

const mapTool = (tool: ToolDefinition, { hasStructuredOutput }: ModelTraits): Tool => ({
  name: tool.name,
  ...(tool.description === undefined ? {} : { description: tool.description }),
  input_schema: { ...tool.parameters, type: 'object' },
  ...(tool.strict !== undefined && hasStructuredOutput ? { strict: tool.strict } : {}),
})

function mapToolChoice(choice: GenerateRequest['toolChoice'], isParallel: boolean | undefined): WireToolChoice {
  const single = isParallel === false ? { disable_parallel_tool_use: true } : {}
  switch (choice.type) {
    case 'none':
      return { type: 'none' }
    case 'auto':
      return { type: 'auto', ...single }
    case 'required':
      return { type: 'any', ...single }
    case 'tool':
      return { type: 'tool', name: choice.name, ...single }
  }
}
