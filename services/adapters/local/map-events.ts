import type { GenerateEvent } from '../../common/contracts/generate-event.ts'
import { beginForcedCall, type ForcedCall, type ForcedCallPart, stepForcedCall } from './forced-call.ts'
import type { AnswerForm } from './map-request.ts'
import type { EngineAnswer, EngineEvent } from './wire-schema.ts'

/** Where the answer stands: the block that is open, and how many blocks there were. */
export interface AnswerState {
  readonly open: Block | undefined
  readonly blocks: number
  readonly calls: number
  /** Set while the text is a forced tool call. */
  readonly forced: ForcedCall | undefined
  readonly newCallId: () => string
}

interface Block {
  readonly kind: 'text' | 'reasoning' | 'tool-call'
  readonly id: string
}

type Step = readonly [AnswerState, readonly GenerateEvent[]]

export const beginAnswer = (form: AnswerForm, newCallId: () => string): AnswerState => ({
  open: undefined,
  blocks: 0,
  calls: 0,
  forced: form === 'tool_call' ? beginForcedCall : undefined,
  newCallId,
})

/** Events of one engine message as events of the contract; every block that opens is closed by a later step. */
export function stepAnswer(state: AnswerState, events: readonly EngineEvent[]): Step {
  return events.reduce<Step>((step, event) => then(step, (before) => stepEvent(before, event)), [state, []])
}

/** The end: closes the open block, then `usage` and `finish`. */
export function finishAnswer(state: AnswerState, { reason, usage }: EngineAnswer): Step {
  const hasCalls = state.calls > 0 && reason === 'stop'
  return then(close(state), (closed) => [
    closed,
    [
      { type: 'usage', usage },
      { type: 'finish', reason: hasCalls ? 'tool_calls' : reason },
    ],
  ])
}

function stepEvent(state: AnswerState, event: EngineEvent): Step {
  switch (event.type) {
    case 'prompt':
      return [state, [{ type: 'phase', phase: 'prompt_eval', progress: event.progress }]]
    case 'text':
      return state.forced === undefined
        ? writeText(state, 'text', event.text)
        : stepForced(state, state.forced, event.text)
    case 'reasoning':
      return writeText(state, 'reasoning', event.text)
    case 'call-start':
      return openCall(state, event.name)
    case 'call-arguments':
      return writeArguments(state, event.text)
    case 'call-end':
      return close(state)
  }
}

function stepForced(state: AnswerState, forced: ForcedCall, text: string): Step {
  const [next, parts] = stepForcedCall(forced, text)
  const before: Step = [{ ...state, forced: next }, []]
  return parts.reduce<Step>((step, part) => then(step, (current) => stepForcedPart(current, part)), before)
}

function stepForcedPart(state: AnswerState, part: ForcedCallPart): Step {
  switch (part.type) {
    case 'name':
      return openCall(state, part.name)
    case 'arguments':
      return writeArguments(state, part.text)
    case 'end':
      return close(state)
  }
}

function writeText(state: AnswerState, kind: 'text' | 'reasoning', text: string): Step {
  if (state.open?.kind === kind) return [state, [{ type: `${kind}-delta`, id: state.open.id, text }]]
  return then(close(state), (closed) => {
    const [opened, id] = open(closed, kind)
    return [
      opened,
      [
        { type: `${kind}-start`, id },
        { type: `${kind}-delta`, id, text },
      ],
    ]
  })
}

function openCall(state: AnswerState, name: string): Step {
  return then(close(state), (closed) => {
    const [opened, id] = open(closed, 'tool-call')
    return [{ ...opened, calls: opened.calls + 1 }, [{ type: 'tool-call-start', id, callId: state.newCallId(), name }]]
  })
}

const writeArguments = (state: AnswerState, text: string): Step =>
  state.open?.kind === 'tool-call'
    ? [state, [{ type: 'tool-call-delta', id: state.open.id, arguments: text }]]
    : [state, []]

function open(state: AnswerState, kind: Block['kind']): readonly [AnswerState, string] {
  const id = `block-${state.blocks}`
  return [{ ...state, open: { kind, id }, blocks: state.blocks + 1 }, id]
}

const close = (state: AnswerState): Step =>
  state.open === undefined
    ? [state, []]
    : [{ ...state, open: undefined }, [{ type: `${state.open.kind}-end`, id: state.open.id }]]

function then([state, events]: Step, next: (state: AnswerState) => Step): Step {
  const [after, more] = next(state)
  return [after, [...events, ...more]]
}
