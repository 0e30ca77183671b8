import type { Identity } from '../../common/contracts/identity.ts'
import type { Principal } from '../../common/contracts/principal.ts'
import type { SessionHello } from '../../common/contracts/protocol/client-messages.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { unsupported } from '../frames/decode-frame.ts'

/** @throws HearthError `caller_unsupported_feature` for fields of capabilities that are not served yet. */
export function checkHello(hello: SessionHello): void {
  if (hello.initial_credit_bytes !== undefined) {
    throw unsupported('Flow control by credit is not served yet.', 'initial_credit_bytes')
  }
}

/**
 * Who the session belongs to: the token in the hello, else the one of the handshake.
 * @throws HearthError `policy_unauthenticated`, `policy_access_denied`, `store_unavailable`.
 */
export async function principalOf(
  hello: SessionHello,
  known: Principal | undefined,
  identity: Identity,
  signal: AbortSignal,
): Promise<Principal> {
  const principal = hello.auth === undefined ? known : await identity.authenticate(hello.auth, signal)
  if (principal === undefined) {
    throw new HearthError(
      'policy_unauthenticated',
      'Give a token: in the Authorization header or as auth in session.hello.',
    )
  }
  if (known !== undefined && known.id !== principal.id) {
    throw new HearthError('policy_unauthenticated', 'The two tokens given belong to different principals.')
  }
  requireChat(principal)
  return principal
}

export const mayChat = ({ scopes }: Principal): boolean => scopes.includes('chat') || scopes.includes('admin')

/** @throws HearthError `policy_access_denied`. */
export function requireChat(principal: Principal): void {
  if (!mayChat(principal)) throw new HearthError('policy_access_denied', 'The token needs the scope chat.')
}
