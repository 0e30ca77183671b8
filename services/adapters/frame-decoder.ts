import type { HearthError } from '../common/errors/hearth-error.ts'

/** Turns the bytes of one body into frames, read by read; cut anywhere, the frames are the same. */
export interface FrameDecoder<Frame> {
  /** The frames that this read completed, in order; empty when none. */
  push(chunk: Uint8Array): readonly Frame[]
  /** Set when what was pushed cannot be read on, such as a line over its limit; the frames before it stand. */
  readonly failure: HearthError | undefined
  /** The frames that the end of the body completes. @throws HearthError when it ends where it may not. */
  end(): readonly Frame[]
}
