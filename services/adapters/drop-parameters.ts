import type { GenerateParameters } from '../common/contracts/generate-request.ts'

export type ParameterKey = Exclude<keyof GenerateParameters, 'extra'>

/** As profiles call them. */
const profileNames: Readonly<Record<ParameterKey, string>> = {
  temperature: 'temperature',
  topP: 'top_p',
  maxOutputTokens: 'max_output_tokens',
  stop: 'stop',
  reasoningEffort: 'reasoning_effort',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  parallelToolCalls: 'parallel_tool_calls',
}

export interface DroppedParameters {
  readonly parameters: GenerateParameters
  /** Profile names of those that were set and are gone. */
  readonly names: readonly string[]
}

/** The parameters without those of `keys`. Pure. */
export function dropParameters(parameters: GenerateParameters, keys: readonly ParameterKey[]): DroppedParameters {
  const gone = keys.filter((key) => isSet(parameters[key]))
  const isKept = ([key]: readonly [string, unknown]) => !gone.some((dropped) => dropped === key)
  return {
    parameters: Object.fromEntries(Object.entries(parameters).filter(isKept)),
    names: gone.map((key) => profileNames[key]),
  }
}

/** An empty list of stop texts asks for nothing. */
const isSet = (value: GenerateParameters[ParameterKey]): boolean =>
  value !== undefined && !(Array.isArray(value) && value.length === 0)
