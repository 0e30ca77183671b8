import { hash, randomBytes } from 'node:crypto'
import { type Role, roles, type Scope, scopes } from '../../common/contracts/principal.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { TokenRow } from './database-schema.ts'

/** What a token may do in the end. */
export interface Rights {
  readonly role: Role
  readonly scopes: readonly Scope[]
}

const scopesOfRole: Readonly<Record<Role, readonly Scope[]>> = {
  admin: scopes,
  member: ['chat', 'read', 'devices', 'tools'],
  guest: ['chat', 'read'],
}

/** Stands for a token that belongs to nobody: made without a user and without a role. */
const ROLE_WITHOUT_USER: Role = 'member'

/**
 * A token's own role and scopes, cut down to what its user may do now. Undefined when the user is gone: such a token
 * gives nothing until the user is back.
 */
export function rightsOf(
  token: Pick<TokenRow, 'user_name' | 'role' | 'scopes'>,
  roleOfUser: ReadonlyMap<string, Role>,
): Rights | undefined {
  const ceiling = token.user_name === null ? 'admin' : roleOfUser.get(token.user_name)
  if (ceiling === undefined) return undefined
  const role = weaker(token.role ?? (token.user_name === null ? ROLE_WITHOUT_USER : ceiling), ceiling)
  return { role, scopes: scopesWithin(role, parseScopes(token.scopes)) }
}

/** @throws HearthError `caller_invalid_request` when more is wanted than the user's role may have. */
export function assertWithin(wanted: Partial<Rights>, userRole: Role | undefined): void {
  const ceiling = userRole ?? 'admin'
  const role = wanted.role ?? userRole ?? ROLE_WITHOUT_USER
  if (weaker(role, ceiling) !== role)
    throw invalid('role', `The user's role is ${ceiling}; a token cannot have the role ${role}.`)
  const surplus = wanted.scopes?.find((scope) => !scopesOfRole[role].includes(scope))
  if (surplus !== undefined) throw invalid('scopes', `The role ${role} may not have the scope ${surplus}.`)
}

function weaker(left: Role, right: Role): Role {
  return roles.indexOf(left) > roles.indexOf(right) ? left : right
}

/** The scope `admin` includes all others. */
function scopesWithin(role: Role, own: readonly Scope[] | undefined): readonly Scope[] {
  const allowed = scopesOfRole[role]
  if (own === undefined || (own.includes('admin') && allowed.includes('admin'))) return allowed
  return allowed.filter((scope) => own.includes(scope))
}

function parseScopes(text: string | null): readonly Scope[] | undefined {
  if (text === null) return undefined
  const listed: unknown = JSON.parse(text)
  return scopes.filter((scope) => Array.isArray(listed) && listed.includes(scope))
}

/** 256 random bits, safe in a header and in a WebSocket subprotocol. `kind` makes it recognisable in a leak. */
export function createSecret(kind: 'api' | 'device' | 'session'): string {
  return `hearth_${kind}_${randomBytes(32).toString('base64url')}`
}

/** The form in which a secret is kept. Secrets are random, so a fast hash is enough. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}

function invalid(param: string, message: string): HearthError {
  return new HearthError('caller_invalid_request', message, { details: { param } })
}
