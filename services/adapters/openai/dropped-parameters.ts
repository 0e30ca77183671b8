import type { GenerateParameters } from '../../common/contracts/generate-request.ts'

/** Which of OpenAI's two text APIs is asked. */
export type OpenaiApi = 'chat' | 'responses'

/** Parameters that one of them, or one of the models, refuses: profile name to field. */
const fields = {
  temperature: 'temperature',
  top_p: 'topP',
  stop: 'stop',
  reasoning_effort: 'reasoningEffort',
  seed: 'seed',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  parallel_tool_calls: 'parallelToolCalls',
} as const satisfies Readonly<Record<string, keyof GenerateParameters>>

type ParameterName = keyof typeof fields

interface Asked {
  readonly api: OpenaiApi
  /** Without the `openai/` that brokers put before it. */
  readonly model: string
  readonly effort: string | undefined
}

interface Rule {
  readonly refuses: readonly ParameterName[]
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
    refuses: ['stop', 'seed', 'frequency_penalty', 'presence_penalty'],
    applies: ({ api }) => api === 'responses',
  },
  {
    refuses: ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
    applies: (asked) => isReasoning(asked) && !isGpt5AtRest(asked),
  },
  { refuses: ['stop'], applies: (asked) => isReasoning(asked) && !/^o1/.test(asked.model) },
  { refuses: ['parallel_tool_calls'], applies: isO },
  {
    refuses: ['reasoning_effort'],
    applies: ({ model }) => /^(gpt-3\.5|gpt-4|gpt-5-chat|chatgpt-)/.test(model),
  },
]

/** The parameters as this model takes them by this API, and the profile names of those left out. `extra` is left alone. Pure. */
export function dropParameters(
  api: OpenaiApi,
  model: string,
  parameters: GenerateParameters,
): { readonly parameters: GenerateParameters; readonly dropped: readonly string[] } {
  const asked = { api, model: model.replace(/^openai\//, ''), effort: parameters.reasoningEffort }
  const refused = new Set(rules.filter(({ applies }) => applies(asked)).flatMap(({ refuses }) => refuses))
  const dropped = [...refused].filter((name) => isSet(parameters[fields[name]]))
  const without = new Set<string>(dropped.map((name) => fields[name]))
  const kept = Object.fromEntries(Object.entries(parameters).filter(([field]) => !without.has(field)))
  return { parameters: kept, dropped }
}

const isSet = (value: GenerateParameters[keyof GenerateParameters]): boolean =>
  value !== undefined && !(Array.isArray(value) && value.length === 0)
