/** A behaviour somebody was promised, and the tests that would fail without it. */
export interface Requirement {
  /** `deliver.<n>.<slug>`, `accept.<n>.<slug>`, `message.<type>`, `error.<code>` or `close.<code>`. */
  readonly id: string
  /** Where it is promised. */
  readonly source: string
  /** The promise, one sentence. */
  readonly says: string
  /** `path: name of the test`, the name as it stands in the file, templates and all. */
  readonly tests: readonly string[]
}

/** A word of the protocol that nothing here sends or answers with yet. */
export interface Later {
  readonly id: string
  /** The capability that will bring it. */
  readonly capability: string
}

type Named = readonly [slug: string, says: string, ...tests: readonly string[]]

/** Requirements of one source, ids under one prefix. */
export const requirementsOf = (prefix: string, source: string, rows: readonly Named[]): readonly Requirement[] =>
  rows.map(([slug, says, ...tests]) => ({ id: `${prefix}.${slug}`, source, says, tests }))

/** Later words under one prefix. */
export const laterOf = (prefix: string, byCapability: Readonly<Record<string, readonly string[]>>): readonly Later[] =>
  Object.entries(byCapability).flatMap(([capability, names]) =>
    names.map((name) => ({ id: `${prefix}.${name}`, capability })),
  )
