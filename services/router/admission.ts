import type { ModelProfile } from '../common/contracts/model-profile.ts'
import type { Principal } from '../common/contracts/principal.ts'
import type { RunRequest } from '../common/contracts/run-request.ts'
import type { Snapshot } from '../common/contracts/settings.ts'
import type { User } from '../common/contracts/user.ts'
import type { ErrorCode } from '../common/errors/error-table.ts'
import { type ErrorDetails, HearthError } from '../common/errors/hearth-error.ts'
import { defaultProfile, visibleProfiles } from '../common/settings/visible-profiles.ts'

/** Everything a decision about a new run may look at. */
export interface AdmissionCase extends LoadCase {
  readonly request: RunRequest
  readonly load: RunLoad
}

/** What a decision about any call may look at. */
export interface LoadCase {
  readonly profile: ModelProfile
  readonly user: User | undefined
  readonly load: Load
}

/** What is going on already. Runs count from their admission to their terminal event, queued ones too. */
export interface Load {
  readonly runs: number
  readonly maxRuns: number
  readonly ofProfile: LoadShare
  readonly ofUser: LoadShare
}

/** What else counts for a run. */
export interface RunLoad extends Load {
  readonly inLane: number
  readonly maxInLane: number
  /** Of the runs that go on, and of this one. */
  readonly pictureBytes: number
  readonly maxPictureBytes: number
}

export interface LoadShare {
  readonly runs: number
  /** Until the rate limit lets one more in, milliseconds. 0: now. */
  readonly rateWaitMs: number
}

export interface Refusal {
  readonly reason: ErrorCode
  readonly message: string
  readonly details?: ErrorDetails
}

/**
 * The profile a request means: the one it names, else the caller's default.
 * @throws HearthError `policy_access_denied` without scope `chat` or without a right to the profile; `caller_model_unknown`.
 */
export function chooseProfile(
  request: Pick<RunRequest, 'profile'>,
  caller: Principal,
  settings: Snapshot,
): ModelProfile {
  if (!caller.scopes.some((scope) => scope === 'chat' || scope === 'admin')) {
    throw refuse({ reason: 'policy_access_denied', message: 'This token may not chat; ask for one with scope "chat".' })
  }
  const chosen =
    request.profile === undefined
      ? defaultProfile(settings, caller)
      : visibleProfiles(settings, caller).find(({ name }) => name === request.profile)
  if (chosen === undefined) throw refuse(whyNoProfile(request.profile, settings))
  return chosen
}

function whyNoProfile(name: string | undefined, settings: Snapshot): Refusal {
  const details = { param: 'profile' }
  if (name === undefined) {
    const message = 'No profile that you may use is the default one; name a profile.'
    return { reason: 'caller_model_unknown', message, details }
  }
  if (settings.profiles.some((profile) => profile.name === name)) {
    const message = `You may not use profile "${name}"; an admin can allow it under its "access".`
    return { reason: 'policy_access_denied', message, details }
  }
  const message = `There is no profile "${name}"; name one of the profiles in the list.`
  return { reason: 'caller_model_unknown', message, details }
}

const refuse = ({ reason, message, details }: Refusal) =>
  new HearthError(reason, message, details === undefined ? {} : { details })

function producesModalities({ request, profile }: AdmissionCase): Refusal | undefined {
  const missing = request.modalities.find((modality) => !profile.modalities.includes(modality))
  if (missing === undefined) return undefined
  const message = `Profile "${profile.name}" does not produce ${missing}; choose one whose "modalities" list it.`
  return { reason: 'caller_unsupported_feature', message, details: { param: 'modalities' } }
}

function hasPainter({ request, profile }: AdmissionCase): Refusal | undefined {
  if (!request.modalities.includes('image') || profile.image !== null) return undefined
  const message = `Profile "${profile.name}" names nobody who draws pictures; set its "image".`
  return { reason: 'caller_unsupported_feature', message, details: { param: 'modalities' } }
}

function mayBringTools({ request, profile }: AdmissionCase): Refusal | undefined {
  if (request.tools.length === 0 || profile.tools.client) return undefined
  const message = `Profile "${profile.name}" takes no tools from clients; send the request without "tools".`
  return { reason: 'policy_tool_blocked', message, details: { param: 'tools' } }
}

function hasInput({ request }: AdmissionCase): Refusal | undefined {
  if (request.input.length > 0) return undefined
  return {
    reason: 'caller_invalid_request',
    message: 'Say something: the input is empty.',
    details: { param: 'input' },
  }
}

function hasRoom({ load }: LoadCase): Refusal | undefined {
  if (load.runs < load.maxRuns) return undefined
  return {
    reason: 'gateway_overloaded',
    message: 'Too many runs are going on; try again in a moment.',
    details: { retryAfterMs: 1000 },
  }
}

function laneHasRoom({ request, load }: AdmissionCase): Refusal | undefined {
  if (load.inLane < load.maxInLane) return undefined
  const message = `Lane "${request.lane.streamId}" is full (${load.maxInLane} runs); wait for one to end or use another stream_id.`
  return { reason: 'policy_rate_limited', message, details: { param: 'stream_id', retryAfterMs: 1000 } }
}

function picturesHaveRoom({ load }: AdmissionCase): Refusal | undefined {
  if (load.pictureBytes <= load.maxPictureBytes) return undefined
  return {
    reason: 'gateway_overloaded',
    message: 'The pictures of the runs that go on take all the room there is; try again in a moment.',
    details: { retryAfterMs: 1000 },
  }
}

const profileHasRoom = ({ profile, load }: LoadCase): Refusal | undefined =>
  room(profile.limits.max_parallel, load.ofProfile, `of profile "${profile.name}"`)

const userHasRoom = ({ user, load }: LoadCase): Refusal | undefined =>
  user === undefined ? undefined : room(user.limits.max_parallel, load.ofUser, `of user "${user.name}"`)

const profileRate = ({ profile, load }: LoadCase): Refusal | undefined =>
  rate(profile.limits.requests_per_minute, load.ofProfile, `of profile "${profile.name}"`)

const userRate = ({ user, load }: LoadCase): Refusal | undefined =>
  user === undefined ? undefined : rate(user.limits.requests_per_minute, load.ofUser, `of user "${user.name}"`)

function room(limit: number | null, share: LoadShare, whose: string): Refusal | undefined {
  if (limit === null || share.runs < limit) return undefined
  const message = `All ${limit} parallel runs ${whose} are taken; wait for one to end.`
  return { reason: 'policy_rate_limited', message, details: { retryAfterMs: 1000 } }
}

function rate(limit: number | null, share: LoadShare, whose: string): Refusal | undefined {
  if (limit === null || share.rateWaitMs === 0) return undefined
  const message = `The limit ${whose}, ${limit} runs a minute, is reached; wait for retry_after_ms.`
  return { reason: 'policy_rate_limited', message, details: { retryAfterMs: share.rateWaitMs } }
}

/** What everything that asks a model counts against. */
const loadPolicies: readonly ((load: LoadCase) => Refusal | undefined)[] = [
  hasRoom,
  profileHasRoom,
  userHasRoom,
  profileRate,
  userRate,
]

/** The policy of runs: the first refusal wins. */
const runPolicies: readonly ((admission: AdmissionCase) => Refusal | undefined)[] = [
  producesModalities,
  hasPainter,
  mayBringTools,
  hasInput,
  laneHasRoom,
  picturesHaveRoom,
  ...loadPolicies,
]

/** @throws HearthError of the first policy that refuses a run. */
export const admitRun = (admission: AdmissionCase): void => applyPolicies(runPolicies, admission)

/** @throws HearthError of the first policy that refuses a call beside the runs. */
export const admitCall = (load: LoadCase): void => applyPolicies(loadPolicies, load)

function applyPolicies<Case>(policies: readonly ((what: Case) => Refusal | undefined)[], what: Case): void {
  for (const policy of policies) {
    const refusal = policy(what)
    if (refusal !== undefined) throw refuse(refusal)
  }
}
