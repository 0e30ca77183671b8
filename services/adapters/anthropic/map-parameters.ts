import type { GenerateParameters } from '../../common/contracts/generate-request.ts'
import type { ModelTraits } from './model-traits.ts'

/** Fields of the body, and the parameters left out or changed, by their profile names. */
export interface MappedParameters {
  readonly fields: Readonly<Record<string, unknown>>
  readonly dropped: readonly string[]
}

/**
 * Sampling, stop texts and `extra`, which wins. `sampling`: what may be sent of it, `none` beside thinking of either kind.
 * What no version of the API has (`seed`, penalties) is dropped.
 */
export function mapParameters(parameters: GenerateParameters, sampling: Sampling): MappedParameters {
  const parts = [
    takeTemperature(parameters, sampling),
    takeTopP(parameters, sampling),
    takeStop(parameters.stop ?? []),
    withoutUnknown(parameters),
    takeExtra(parameters.extra ?? {}, sampling),
  ]
  return {
    fields: Object.assign({}, ...parts.map(({ fields }) => fields)),
    dropped: [...new Set(parts.flatMap(({ dropped }) => dropped))],
  }
}

type Sampling = ModelTraits['sampling']

const nothing: MappedParameters = { fields: {}, dropped: [] }

/** Anthropic's scale ends at 1. */
function takeTemperature({ temperature }: GenerateParameters, sampling: Sampling): MappedParameters {
  if (temperature === undefined) return nothing
  if (sampling === 'none') return { fields: {}, dropped: ['temperature'] }
  return { fields: { temperature: Math.min(temperature, 1) }, dropped: temperature > 1 ? ['temperature'] : [] }
}

function takeTopP({ temperature, topP }: GenerateParameters, sampling: Sampling): MappedParameters {
  if (topP === undefined) return nothing
  const isTaken = sampling === 'both' || (sampling === 'one' && temperature === undefined)
  return isTaken ? { fields: { top_p: topP }, dropped: [] } : { fields: {}, dropped: ['top_p'] }
}

/** The API refuses a stop text of nothing but white space. */
function takeStop(stop: readonly string[]): MappedParameters {
  const taken = stop.filter((text) => text.trim() !== '')
  return {
    fields: taken.length === 0 ? {} : { stop_sequences: taken },
    dropped: taken.length < stop.length ? ['stop'] : [],
  }
}

function withoutUnknown({ seed, frequencyPenalty, presencePenalty }: GenerateParameters): MappedParameters {
  const unknown = { seed, frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty }
  return { fields: {}, dropped: Object.keys(unknown).filter((name) => Reflect.get(unknown, name) !== undefined) }
}

/** Where sampling is refused, it is here too: a profile may have targets of both kinds. */
function takeExtra(extra: Readonly<Record<string, unknown>>, sampling: Sampling): MappedParameters {
  const refused = sampling === 'none' ? ['temperature', 'top_p', 'top_k'] : []
  const entries = Object.entries(extra)
  return {
    fields: Object.fromEntries(entries.filter(([name]) => !refused.includes(name))),
    dropped: entries.map(([name]) => name).filter((name) => refused.includes(name)),
  }
}
