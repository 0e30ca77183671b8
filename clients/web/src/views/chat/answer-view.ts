import type { AttemptRecord, WireUsage } from '../../../../../services/common/contracts/run-event.ts'
import type { AnswerItem, AnswerState } from '../../protocol/answer-state.ts'
import type { Failure } from '../../protocol/hearth-client.ts'
import type { Message, MessagePart } from '../../protocol/rest-api.ts'

/** An answer as it is shown, being given or kept: the same parts in the same places, so that one becomes the other. */
export interface AnswerView {
  readonly status: AnswerState['status']
  readonly parts: readonly ShownPart[]
  /** What the answer waits for, while nothing of it grows. */
  readonly waiting: Waiting | undefined
  readonly failure: Failure | undefined
  readonly responseId: string | undefined
  readonly profile: string | undefined
  readonly usage: WireUsage | null
  readonly attempts: readonly AttemptRecord[]
  /** History did not take it. */
  readonly isLost: boolean
}

export type ShownPart =
  | { readonly kind: 'text' | 'refusal'; readonly text: string; readonly isGrowing: boolean }
  | ReasoningPart
  | ToolCallPart
  | PicturePart

export interface ReasoningPart {
  readonly kind: 'reasoning'
  readonly text: string
  readonly isGrowing: boolean
  /** Undefined while it comes, and of an answer that was not seen to be given. */
  readonly durationMs: number | undefined
}

export interface ToolCallPart {
  readonly kind: 'tool_call'
  readonly name: string
  readonly arguments: string
  readonly isGrowing: boolean
  readonly output: string | undefined
}

export interface PicturePart {
  readonly kind: 'picture'
  /** Undefined: to be fetched by `blobId`, or none came yet. */
  readonly picture: PictureBytes | undefined
  readonly blobId: string | undefined
  /** How many versions came, each sharper than the one before. */
  readonly steps: number
  readonly isGrowing: boolean
}

export interface PictureBytes {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

export type Waiting =
  | { readonly for: 'house' }
  | { readonly for: 'lane'; readonly position: number }
  | {
      readonly for: 'target'
      readonly phase: NonNullable<AnswerState['phase']>['phase'] | undefined
      readonly progress: number | undefined
      readonly attempt: number
      readonly provider: string | undefined
    }
  /** It goes on, but is streamed to this page no more. */
  | { readonly for: 'rest' }
  /** The house, to stop it. */
  | { readonly for: 'stop' }

/** What this page learned while a message was made: history does not keep it, or would have to be asked for it. */
export interface SeenWhileGiven {
  /** One per reasoning part; undefined while it comes. */
  readonly reasoningMs: readonly (number | undefined)[]
  readonly failure: Failure | undefined
  /** One per picture that history keeps; undefined: to be fetched. */
  readonly pictures: readonly (PictureBytes | undefined)[]
  /** Of an answer that is not streamed here any more: the house still gives it. */
  readonly restComes: boolean
}

export const nothingSeen: SeenWhileGiven = { reasoningMs: [], failure: undefined, pictures: [], restComes: true }

export const isEnded = (status: AnswerState['status']): boolean =>
  status !== 'sending' && status !== 'queued' && status !== 'in_progress'

/** The rest of the answer is with another reader: what is here is not all, and not wrong. */
export const isElsewhere = (state: AnswerState): boolean => state.failure?.code === 'client_answer_elsewhere'

/** The house that gave it is gone, and what it had not said yet. */
export const isLost = (state: AnswerState, seen: SeenWhileGiven): boolean => isElsewhere(state) && !seen.restComes

export function viewOfState(state: AnswerState, seen: SeenWhileGiven): AnswerView {
  const ended = isEnded(state.status)
  const restComes = isElsewhere(state) && seen.restComes
  const parts = state.items.filter(isWorthShowing).map((item) => partOfItem(item, ended))
  return {
    status: restComes ? 'in_progress' : state.status,
    parts: withDurations(parts, seen),
    waiting: restComes ? { for: 'rest' } : waitingOf(state, parts),
    failure: shownFailure(state, seen),
    responseId: state.responseId,
    profile: state.profile,
    usage: state.final?.usage ?? null,
    attempts: state.final?.attempts ?? [],
    isLost: state.final?.stored === false,
  }
}

/** `outputs`: of tools, by `callId`, as later messages of the conversation bring them. */
export function viewOfMessage(
  message: Message,
  seen: SeenWhileGiven,
  outputs: ReadonlyMap<string, string>,
): AnswerView {
  const { status, error, runId } = message
  const parts = message.parts.flatMap((part) => partOfMessage(part, outputs))
  return {
    status,
    parts: withPictures(withDurations(parts, seen), seen),
    waiting: undefined,
    failure: seen.failure ?? (error === undefined ? undefined : failureOf(error, runId)),
    responseId: runId ?? undefined,
    profile: message.profile ?? undefined,
    usage: message.usage,
    attempts: message.attempts,
    isLost: false,
  }
}

/** What is copied: the text that answers, without what was thought before it. */
export const markdownOf = (view: AnswerView): string =>
  view.parts.flatMap((part) => (part.kind === 'text' || part.kind === 'refusal' ? [part.text] : [])).join('\n\n')

function shownFailure(state: AnswerState, seen: SeenWhileGiven): Failure | undefined {
  if (!isElsewhere(state) || state.failure === undefined) return state.failure
  return seen.restComes ? undefined : { ...state.failure, code: 'client_answer_lost', retryable: true }
}

function failureOf(error: NonNullable<Message['error']>, runId: string | null): Failure {
  return { ...error, retryable: true, ...(runId === null ? {} : { requestId: runId }) }
}

/** History keeps no empty text either, so places are the same there. */
const isWorthShowing = (item: AnswerItem): boolean =>
  item.kind === 'picture' || item.kind === 'tool_call' || item.text !== ''

function partOfItem(item: AnswerItem, ended: boolean): ShownPart {
  const isGrowing = !(item.isDone || ended)
  switch (item.kind) {
    case 'text':
    case 'refusal':
      return { kind: item.kind, text: item.text, isGrowing }
    case 'reasoning':
      return { kind: 'reasoning', text: item.text, isGrowing, durationMs: undefined }
    case 'tool_call':
      return { kind: 'tool_call', name: item.name, arguments: item.arguments, isGrowing, output: undefined }
    case 'picture':
      return { kind: 'picture', picture: item.picture, blobId: item.blobId, steps: item.steps, isGrowing }
  }
}

function partOfMessage(part: MessagePart, outputs: ReadonlyMap<string, string>): readonly ShownPart[] {
  const isGrowing = false
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [{ kind: part.type, text: part.text, isGrowing }]
    case 'reasoning':
      return [{ kind: 'reasoning', text: part.text, isGrowing, durationMs: undefined }]
    case 'tool_call': {
      const { name, callId } = part
      return [{ kind: 'tool_call', name, arguments: part.arguments, isGrowing, output: outputs.get(callId) }]
    }
    case 'image':
      return [{ kind: 'picture', picture: undefined, blobId: part.blobId, steps: 0, isGrowing }]
    case 'tool_output':
      return []
  }
}

function withDurations(parts: readonly ShownPart[], { reasoningMs }: SeenWhileGiven): readonly ShownPart[] {
  const durations = reasoningMs.values()
  return parts.map((part) => (part.kind === 'reasoning' ? { ...part, durationMs: durations.next().value } : part))
}

/** The same bytes as before, so that nothing is fetched or drawn again. */
export function withPictures<Part extends ShownPart>(
  parts: readonly Part[],
  { pictures }: SeenWhileGiven,
): readonly Part[] {
  const seen = pictures.values()
  return parts.map((part) => (part.kind === 'picture' ? { ...part, picture: seen.next().value } : part))
}

function waitingOf(state: AnswerState, parts: readonly ShownPart[]): Waiting | undefined {
  if (state.isStopping) return { for: 'stop' }
  if (state.status === 'sending') return { for: 'house' }
  if (state.status === 'queued') return { for: 'lane', position: state.queuePosition }
  if (state.status !== 'in_progress') return undefined
  const { phase } = state
  if (phase === undefined && parts.length > 0) return undefined
  return {
    for: 'target',
    phase: phase?.phase,
    progress: phase?.progress,
    attempt: phase?.attempt ?? 1,
    provider: phase?.provider,
  }
}
