import { type Principal, type Role, roles, type Scope } from '../../common/contracts/principal.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { NewToken } from '../store/store.ts'
import type { Access } from './route.ts'

/** True when the caller has one of the scopes; `admin` includes all. */
export const hasScope = (caller: Principal, anyOf: readonly Scope[]): boolean =>
  caller.scopes.includes('admin') || anyOf.some((scope) => caller.scopes.includes(scope))

/** Guests use the house: of how it is built they see nothing. */
export const isGuest = ({ role }: Pick<Principal, 'role'>): boolean => role === 'guest'

/** @throws HearthError `policy_access_denied` when the caller's token lacks the scope. */
export function demandAccess(access: Access, caller: Principal): void {
  if (access.type !== 'scopes' || hasScope(caller, access.anyOf)) return
  const scopes = [...new Set([...access.anyOf, 'admin'])].join(' or ')
  throw new HearthError('policy_access_denied', `This needs a token with the scope ${scopes}.`)
}

/** The token of `Authorization: Bearer` (RFC 6750 §2.1). @throws HearthError `policy_unauthenticated`. */
export function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(authorization ?? '')?.[1]
  if (token !== undefined) return token
  throw new HearthError('policy_unauthenticated', 'Send a token as `Authorization: Bearer TOKEN`.')
}

/**
 * A token or pairing may never give more than its maker has.
 * @param userRole role of the user it belongs to; undefined without a user.
 * @throws HearthError `policy_access_denied`.
 */
export function refuseExcess(maker: Principal, token: NewToken, userRole: Role | undefined): void {
  const role = token.role ?? userRole ?? 'member'
  if (rank(role) > rank(maker.role)) throw tooMuch(`the role ${role}`)
  const excess = token.scopes?.find((scope) => !hasScope(maker, [scope]))
  if (excess !== undefined) throw tooMuch(`the scope ${excess}`)
}

/** Guest lowest; `roles` lists the highest first. */
const rank = (role: Role): number => roles.length - roles.indexOf(role)

const tooMuch = (what: string): HearthError =>
  new HearthError('policy_access_denied', `You cannot give ${what}: your own token does not have it.`)
