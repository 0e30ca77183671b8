import { RevisionMismatch } from '../store/revision-mismatch.ts'
import { mergePatch } from './merge-patch.ts'
import { expectedRevision } from './preconditions.ts'

/** Attempts of a PATCH without If-Match while others write. */
const maxAttempts = 64

interface PatchWork<Item extends { readonly revision: number }> {
  read(): Promise<Item | undefined>
  /** Validates the merged object and stores it. @throws RevisionMismatch when it is no longer at `current.revision`. */
  write(merged: unknown, current: Item): Promise<Item>
  readonly patch: unknown
  readonly conditions: { readonly ifMatch: string | undefined; readonly ifNoneMatch: string | undefined }
}

/**
 * Read, merge, write at the revision read. Without `If-Match` a writer in between makes it start again from the newer
 * object; with it that is a lost update. Undefined when the object does not exist.
 * @throws PreconditionFailed, RevisionMismatch, and what `write` throws.
 */
export async function patchObject<Item extends { readonly revision: number }>(
  work: PatchWork<Item>,
): Promise<Item | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const current = await work.read()
    if (current === undefined) return undefined
    expectedRevision(current, work.conditions)
    try {
      return await work.write(mergePatch(current, work.patch), current)
    } catch (error) {
      const isRepeatable = work.conditions.ifMatch === undefined && attempt < maxAttempts
      if (!(error instanceof RevisionMismatch && isRepeatable)) throw error
    }
  }
}
