import type { Role } from '../../../common/contracts/principal.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { NewToken, Store } from '../../store/store.ts'
import { refuseExcess } from '../access.ts'
import { contentTag } from '../entity-tag.ts'
import { publicRoute, type Route, tokenRoute } from '../route.ts'
import {
  createdToken,
  pairedDevice,
  pairing,
  pairingCreation,
  redemption,
  session,
  sessionCreation,
  tokenCreation,
  tokenPage,
} from '../schemas/credential-schema.ts'
import { idParams, noBody, noParams, noQuery, pageQuery } from '../schemas/request-schema.ts'
import { recordWrite } from '../settle-write.ts'

/** Tokens, pairings and sessions: they exist only at run time. */
export const credentialRoutes = (): readonly Route[] => [
  listTokens(),
  createToken(),
  revokeToken(),
  createPairing(),
  redeemPairing(),
  createSession(),
]

const listTokens = (): Route =>
  tokenRoute(
    {
      operation: 'listTokens',
      method: 'GET',
      path: '/tokens',
      summary: 'API tokens, without their secrets',
      anyOf: ['admin'],
      success: { type: 'json', status: 200, schema: tokenPage },
    },
    { params: noParams, query: pageQuery, body: noBody },
    async ({ query }, { store }) => {
      const page = await store.tokens.list(query)
      const body = { data: page.items, next_cursor: page.nextCursor ?? null }
      // `last_used_at` changes without a revision.
      return { type: 'json', status: 200, body, tag: contentTag(JSON.stringify(body)) }
    },
  )

const createToken = (): Route =>
  tokenRoute(
    {
      operation: 'createToken',
      method: 'POST',
      path: '/tokens',
      summary: 'Makes an API token; its secret is in this answer only',
      anyOf: ['admin'],
      success: { type: 'json', status: 201, schema: createdToken },
      errors: ['caller_not_found'],
      isSecret: true,
    },
    { params: noParams, query: noQuery, body: tokenCreation },
    async ({ body: { expires_at, ...rest }, principal }, { store }) => {
      const wanted: NewToken = { ...rest, ...(expires_at === undefined ? {} : { expiresAt: expires_at }) }
      const role = wanted.user === undefined ? undefined : await roleOf(store, wanted.user)
      refuseExcess(principal, wanted, role)
      const { token, secret } = await store.tokens.create(wanted)
      const detail = { user: token.user, role: token.role, scopes: token.scopes }
      recordWrite({ store }, { principal, action: 'token.create', target: token.id, detail })
      return { type: 'json', status: 201, body: { ...token, secret } }
    },
  )

const revokeToken = (): Route =>
  tokenRoute(
    {
      operation: 'revokeToken',
      method: 'DELETE',
      path: '/tokens/{id}',
      summary: 'Revokes a token and ends its sessions',
      anyOf: ['admin'],
      success: { type: 'empty' },
      errors: ['caller_not_found'],
    },
    { params: idParams, query: noQuery, body: noBody },
    async ({ params, principal }, { store }) => {
      await store.tokens.revoke(params.id)
      recordWrite({ store }, { principal, action: 'token.revoke', target: params.id })
      return { type: 'empty' }
    },
  )

const createPairing = (): Route =>
  tokenRoute(
    {
      operation: 'createPairing',
      method: 'POST',
      path: '/pairings',
      summary: 'Makes a single-use code by which a new device signs in as the user',
      anyOf: ['admin'],
      success: { type: 'json', status: 201, schema: pairing },
      errors: ['caller_not_found'],
      isSecret: true,
    },
    { params: noParams, query: noQuery, body: pairingCreation },
    async ({ body: { user }, principal }, { store }) => {
      refuseExcess(principal, { name: 'pairing', user }, await roleOf(store, user))
      const opened = await store.devices.openPairing(user)
      recordWrite({ store }, { principal, action: 'pairing.create', target: user })
      return { type: 'json', status: 201, body: opened }
    },
  )

const redeemPairing = (): Route =>
  publicRoute(
    {
      operation: 'redeemPairing',
      method: 'POST',
      path: '/pairings/redeem',
      summary: 'Exchanges a pairing code for the secret of this device; needs no token',
      success: { type: 'json', status: 201, schema: pairedDevice },
      errors: ['policy_unauthenticated', 'policy_rate_limited'],
      isSecret: true,
    },
    { params: noParams, query: noQuery, body: redemption },
    async ({ body }, { store }) => {
      const device = await store.devices.redeem(body.code, body.device_name)
      // Whoever has the code; the device is who they are from now on.
      recordWrite(
        { store },
        { principal: { id: device.device_id }, action: 'pairing.redeem', target: device.device_id },
      )
      return { type: 'json', status: 201, body: device }
    },
  )

const createSession = (): Route =>
  publicRoute(
    {
      operation: 'createSession',
      method: 'POST',
      path: '/sessions',
      summary: 'A session token for a paired device; needs no token',
      success: { type: 'json', status: 201, schema: session },
      errors: ['policy_unauthenticated'],
      isSecret: true,
    },
    { params: noParams, query: noQuery, body: sessionCreation },
    async ({ body }, { store }) => ({
      type: 'json',
      status: 201,
      body: await store.devices.openSession(body.device_id, body.device_secret),
    }),
  )

async function roleOf(store: Store, user: string): Promise<Role> {
  const found = await store.users.get(user)
  if (found !== undefined) return found.role
  throw new HearthError('caller_not_found', `There is no user named ${user}; make the user first.`, {
    details: { param: 'user' },
  })
}
