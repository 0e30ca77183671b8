import type { AdapterSet } from '../common/contracts/adapter-set.ts'
import type { ModelProfile } from '../common/contracts/model-profile.ts'
import type { EmbeddingAnswer, EmbeddingRequest } from '../common/contracts/run-request.ts'
import { eligibleTargets } from './targets.ts'

export interface EmbedDeps {
  readonly adapters: AdapterSet
  readonly random: () => number
}

/** Vectors from the best target of the profile that can be asked. */
export async function embedTexts(
  { adapters, random }: EmbedDeps,
  profile: ModelProfile,
  { inputs, dimensions }: EmbeddingRequest,
  signal: AbortSignal,
): Promise<EmbeddingAnswer> {
  const [{ adapter, connection, model }] = eligibleTargets(profile.targets, await adapters.describe(signal), random)
  const wish = dimensions === undefined ? {} : { dimensions }
  const request = { connection, model, inputs, ...wish, timeoutMs: profile.timeouts.total_ms }
  return { profile: profile.name, provider: adapter, model, ...(await adapters.embed(adapter, request, signal)) }
}
