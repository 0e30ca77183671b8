import type { GenerateParameters } from '../../common/contracts/generate-request.ts'
import { dropParameters, type ParameterKey } from '../drop-parameters.ts'

/** Which of OpenAI's two text APIs is asked. */
export type OpenaiApi = 'chat' | 'responses'

interface Asked {
  readonly api: OpenaiApi
  /** Without the `openai/` that brokers put before it. */
  readonly model: string
  readonly effort: string | undefined
}

interface Rule {
  readonly refuses: readonly ParameterKey[]
  readonly applies: (asked: Asked) => boolean
}

const isO = ({ model }: Asked) => /^o[134](-|$)/.test(model)
const isGpt5 = ({ model }: Asked) => /^gpt-5(?!-chat)/.test(model)
const isGpt6 = ({ model }: Asked) => /^gpt-([6-9]|\d\d)/.test(model)
const isCodex = ({ model }: Asked) => /^codex-/.test(model)
const isReasoning = (asked: Asked) => isO(asked) || isGpt5(asked) || isGpt6(asked) || isCodex(asked)
/** From 5.1 on, with reasoning switched off, the model samples like the older ones. */
const isGpt5AtRest = ({ model, effort }: Asked) => effort === 'none' && /^gpt-5\.\d/.test(model)

/*
 * What is refused with HTTP 400. Sources, read 2026-11-22: the types of openai 7.57.0 (`stop`: not with o3, o4-mini; no
 * stop, seed, penalties in ResponseCreateParams); github.com/vercel/ai openai-language-model-capabilities.ts (who
 * samples); OpenAI's refusals as seen in github.com huggingface/smolagents#1868 (`stop`, gpt-5.1),
 * run-llama/llama_index#20865 (parallel_tool_calls, o series), davidmigloz/langchain_dart#712 (reasoning_effort, gpt-4o).
 */
const rules: readonly Rule[] = [
  {
    refuses: ['stop', 'seed', 'frequencyPenalty', 'presencePenalty'],
    applies: ({ api }) => api === 'responses',
  },
  {
    refuses: ['temperature', 'topP', 'frequencyPenalty', 'presencePenalty'],
    applies: (asked) => isReasoning(asked) && !isGpt5AtRest(asked),
  },
  { refuses: ['stop'], applies: (asked) => isReasoning(asked) && !/^o1/.test(asked.model) },
  { refuses: ['parallelToolCalls'], applies: isO },
  {
    refuses: ['reasoningEffort'],
    applies: ({ model }) => /^(gpt-3\.5|gpt-4|gpt-5-chat|chatgpt-)/.test(model),
  },
]

/** The parameters as this model takes them by this API, and the profile names of those left out. `extra` is left alone. Pure. */
export function dropRefused(
  api: OpenaiApi,
  model: string,
  parameters: GenerateParameters,
): { readonly parameters: GenerateParameters; readonly dropped: readonly string[] } {
  const asked = { api, model: model.replace(/^openai\//, ''), effort: parameters.reasoningEffort }
  const refused = new Set(rules.filter(({ applies }) => applies(asked)).flatMap(({ refuses }) => refuses))
  const { parameters: kept, names } = dropParameters(parameters, [...refused])
  return { parameters: kept, dropped: names }
}
