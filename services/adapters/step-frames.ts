import type { GenerateEvent } from '../common/contracts/generate-event.ts'
import { toHearthError } from '../common/errors/hearth-error.ts'
import { streamError } from './vendor-failure.ts'
import type { BatchStep } from './vendor-stream.ts'

/** Where a frame left the stream: `done` after the vendor's last one. */
export interface FrameStep<State> {
  readonly state: State
  readonly isDone: boolean
}

/** One step over one frame; what it says is pushed to `events`. @throws HearthError what the frame failed with. */
export type StepFrame<Frame, State> = (state: State, frame: Frame, events: GenerateEvent[]) => FrameStep<State>

/** Steps over the frames of one read, up to the one that ends or fails the stream. */
export function stepFrames<Frame, State>(
  before: State,
  frames: readonly Frame[],
  step: StepFrame<Frame, State>,
): BatchStep<State> {
  let state = before
  const events: GenerateEvent[] = []
  try {
    for (const frame of frames) {
      const next = step(state, frame, events)
      state = next.state
      if (next.isDone) return { state, events, outcome: { status: 'done' } }
    }
  } catch (error) {
    return { state, events, outcome: { status: 'failed', error: toHearthError(error) } }
  }
  return { state, events, outcome: { status: 'open' } }
}

/** JSON that a vendor sent. @throws HearthError `provider_stream_error`. */
export function parseVendorJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw streamError('The vendor sent an event that is not JSON')
  }
}
