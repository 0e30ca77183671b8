/** The object changed since the caller read it: HTTP 412 with the current revision. */
export class RevisionMismatch extends Error {
  override readonly name = 'RevisionMismatch'
  readonly current: number

  constructor(current: number) {
    super(`The object is at revision ${current} now; read it again and repeat the change.`)
    this.current = current
  }
}
