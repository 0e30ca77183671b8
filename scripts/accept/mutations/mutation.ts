/** One behaviour, and how to take it away. */
export interface Mutation {
  readonly area: string
  /** The behaviour that is gone after it. */
  readonly removes: string
  readonly file: string
  /** Text that stands exactly once in the file. */
  readonly find: string
  /** Stands there instead; parses, but need not fit the types: tests run without them. */
  readonly replace: string
  /** Test files that must notice. */
  readonly tests: readonly string[]
  /** Part of the name of the test that notices, where the rest of its file is slow or measures time. */
  readonly named?: string
}
