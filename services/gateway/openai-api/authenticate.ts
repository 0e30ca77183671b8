import type { Identity } from '../../common/contracts/identity.ts'
import type { Principal } from '../../common/contracts/principal.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { abortable } from '../../common/lifecycle/abortable.ts'
import { bearerToken } from '../http/bearer-token.ts'
import { requireChat } from '../session/greet.ts'

/**
 * Who calls, by the `Authorization: Bearer` that the official libraries send their key in.
 * @throws HearthError `policy_unauthenticated`, `policy_access_denied`, `store_unavailable`.
 */
export async function authenticate(
  identity: Identity,
  authorization: string | undefined,
  { gone, timeoutMs }: { readonly gone: AbortSignal; readonly timeoutMs: number },
): Promise<Principal> {
  const token = bearerToken(authorization)
  if (token === undefined) {
    throw new HearthError('policy_unauthenticated', 'Send a token of Hearth as the API key (Authorization: Bearer).')
  }
  const over = new AbortController()
  const giveUp = (): void => over.abort(late())
  const timer = setTimeout(giveUp, timeoutMs)
  gone.addEventListener('abort', giveUp, { once: true })
  try {
    const principal = await abortable(identity.authenticate(token, over.signal), over.signal)
    requireChat(principal)
    return principal
  } finally {
    clearTimeout(timer)
    gone.removeEventListener('abort', giveUp)
  }
}

const late = () => new HearthError('store_unavailable', 'The token could not be checked in time; try again.')
