import type { Principal } from '../../common/contracts/principal.ts'
import type { CredentialRecord } from '../../common/contracts/settings.ts'

export type CredentialReview =
  /** Still there; with the rights it has left. */
  | { readonly status: 'valid'; readonly principal: Principal }
  | { readonly status: 'revoked' }
  /** Never seen in a snapshot: it may be newer than this one. */
  | { readonly status: 'suspect' }

/** What a new snapshot says about the credential of a session. A session never gains rights by it. */
export function reviewCredential(
  principal: Principal,
  record: CredentialRecord | undefined,
  wasSeen: boolean,
): CredentialReview {
  if (record === undefined) return { status: wasSeen ? 'revoked' : 'suspect' }
  const isAllowed = (scope: Principal['scopes'][number]): boolean =>
    record.scopes.includes('admin') || record.scopes.includes(scope)
  const scopes = principal.scopes.filter(isAllowed)
  return { status: 'valid', principal: { ...principal, role: record.role, scopes } }
}
