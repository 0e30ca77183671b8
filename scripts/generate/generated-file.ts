/** A file of the repository that is written by a program. `path` starts at the root of the checkout. */
export interface GeneratedFile {
  readonly path: string
  readonly text: string
}
