import { isStillAt, isUnchanged, revisionTag } from './entity-tag.ts'

/** `If-Match` or `If-None-Match` of a write does not hold: HTTP 412. `current` is undefined when the object does not exist. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed'
  readonly current: number | undefined

  constructor(current: number | undefined) {
    super(
      current === undefined
        ? 'The object does not exist; read the collection again.'
        : `The object is at revision ${current} now; read it again and repeat the change.`,
    )
    this.current = current
  }
}

interface Conditions {
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
}

/**
 * The revision that a write must find: that of `current` when the caller named it by `If-Match`, else undefined (any).
 * @throws PreconditionFailed when the caller's condition does not hold already.
 */
export function expectedRevision(
  current: { readonly revision: number } | undefined,
  { ifMatch, ifNoneMatch }: Conditions,
): number | undefined {
  const tag = current === undefined ? undefined : revisionTag(current.revision)
  const isLost = ifMatch !== undefined && !isStillAt(ifMatch, tag)
  const isTaken = tag !== undefined && isUnchanged(ifNoneMatch, tag)
  if (isLost || isTaken) throw new PreconditionFailed(current?.revision)
  return ifMatch === undefined ? undefined : current?.revision
}
