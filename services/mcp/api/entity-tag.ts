import { createHash } from 'node:crypto'

/** ETag of one object: its own revision. */
export const revisionTag = (revision: number): string => `"${revision}"`

/** ETag of what has no revision, such as a page of conversations: a hash of what is sent. */
export const contentTag = (text: string): string =>
  `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`

interface TagList {
  readonly any: boolean
  readonly tags: readonly { readonly weak: boolean; readonly tag: string }[]
}

function parseTags(header: string): TagList {
  if (header.trim() === '*') return { any: true, tags: [] }
  const tags = [...header.matchAll(/(W\/)?("[^"]*")/g)]
  return { any: false, tags: tags.map(([, weak, tag]) => ({ weak: weak !== undefined, tag: tag ?? '' })) }
}

/** `If-None-Match` holds (weak comparison, RFC 9110 §13.1.2): what the client has is what would be sent. */
export function isUnchanged(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const { any, tags } = parseTags(ifNoneMatch)
  return any || tags.some((known) => known.tag === tag)
}

/** `If-Match` holds (strong comparison, RFC 9110 §13.1.1). `tag` is undefined for an object that does not exist. */
export function isStillAt(ifMatch: string, tag: string | undefined): boolean {
  if (tag === undefined) return false
  const { any, tags } = parseTags(ifMatch)
  return any || tags.some((known) => !known.weak && known.tag === tag)
}
