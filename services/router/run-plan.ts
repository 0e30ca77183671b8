import type {
  AttemptTimeouts,
  ChatMessage,
  GenerateParameters,
  GenerateRequest,
  ImageRequest,
} from '../common/contracts/generate-request.ts'
import type { ModelProfile } from '../common/contracts/model-profile.ts'
import type { RunRequest } from '../common/contracts/run-request.ts'
import { lastUserPictures, lastUserText } from './prompt.ts'
import type { Target } from './targets.ts'

/** A part of a run that one target serves. */
export interface Leg {
  readonly targets: readonly Target[]
  readonly image?: ImageRequest
}

/**
 * Text first, then the picture, as asked: two targets, one after the other, in one run. The picture is left out when
 * the text did not come to its own end.
 */
export function planLegs(profile: ModelProfile, request: RunRequest): readonly Leg[] {
  const text: readonly Leg[] = request.modalities.includes('text') ? [{ targets: profile.targets }] : []
  const { image } = profile
  if (image === null || !request.modalities.includes('image')) return text
  const { mask, quality, background, ...wish } = request.image ?? {}
  const picture: ImageRequest = {
    prompt: lastUserText(request.input),
    partialImages: wish.partialImages ?? image.partial_images,
    size: wish.size ?? image.size,
    format: wish.format ?? image.format,
    inputs: lastUserPictures(request.input),
    ...(quality === undefined ? {} : { quality }),
    ...(background === undefined ? {} : { background }),
    ...(mask === undefined ? {} : { mask }),
  }
  const { adapter, connection, model } = image
  return [...text, { targets: [{ adapter, connection, model }], image: picture }]
}

/** Milliseconds for the whole run, from its turn in the lane on. A caller may only shorten. */
export const totalMs = ({ timeouts }: ModelProfile, request: RunRequest): number =>
  Math.min(timeouts.total_ms, request.timeouts.totalMs ?? Infinity)

/** Everything of an attempt that does not depend on which one it is. */
export interface AttemptInputs {
  readonly runId: string
  readonly profile: ModelProfile
  readonly request: RunRequest
  readonly messages: readonly ChatMessage[]
}

export function attemptRequest(
  { runId, profile, request, messages }: AttemptInputs,
  leg: Leg,
  now: { readonly attempt: number; readonly target: Target; readonly leftMs: number },
): GenerateRequest {
  const { image } = leg
  return {
    runId,
    attempt: now.attempt,
    connection: now.target.connection,
    model: now.target.model,
    messages: image === undefined ? messages : messages.map(withoutPictures),
    tools: image === undefined ? request.tools : [],
    toolChoice: request.toolChoice,
    responseFormat: request.responseFormat,
    parameters: parametersOf(profile, request),
    ...(image === undefined ? {} : { image }),
    timeouts: timeoutsOf(profile, request, now.leftMs),
  }
}

/** What a picture starts from is in `image`: twice, it would not fit into a message between processes. */
const withoutPictures = (message: ChatMessage): ChatMessage =>
  message.role === 'tool' ? message : { ...message, content: message.content.filter(({ type }) => type !== 'image') }

function timeoutsOf({ timeouts }: ModelProfile, request: RunRequest, leftMs: number): AttemptTimeouts {
  return {
    headersMs: timeouts.headers_ms,
    firstTokenMs: Math.min(timeouts.first_token_ms, request.timeouts.firstTokenMs ?? Infinity),
    idleMs: Math.min(timeouts.idle_ms, request.timeouts.idleMs ?? Infinity),
    totalMs: leftMs,
  }
}

/** The profile's parameters, with what the caller sets over them; the length of the answer it may only shorten. */
function parametersOf({ parameters }: ModelProfile, request: RunRequest): GenerateParameters {
  const { top_p: topP, reasoning_effort: reasoningEffort, seed, temperature } = parameters
  const { stop = parameters.stop, ...wishes } = request.parameters ?? {}
  return {
    ...(temperature === null ? {} : { temperature }),
    ...(topP === null ? {} : { topP }),
    ...(reasoningEffort === null ? {} : { reasoningEffort }),
    ...(seed === null ? {} : { seed }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...wishes,
    maxOutputTokens: Math.min(request.maxOutputTokens ?? Infinity, parameters.max_output_tokens),
    ...(stop.length === 0 ? {} : { stop }),
    ...(Object.keys(parameters.extra).length === 0 ? {} : { extra: parameters.extra }),
  }
}
