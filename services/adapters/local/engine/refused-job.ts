import type { EngineFailure } from '../wire-schema.ts'

/** A job that cannot be done, and why; becomes the `failed` message. The text is for the person who asked. */
export class RefusedJob extends Error {
  override readonly name = 'RefusedJob'
  readonly code: EngineFailure['code']

  constructor(code: EngineFailure['code'], message: string) {
    super(message)
    this.code = code
  }
}
