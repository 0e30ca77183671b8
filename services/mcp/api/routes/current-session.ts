import { contentTag } from '../entity-tag.ts'
import { type Route, tokenRoute } from '../route.ts'
import { currentSession } from '../schemas/credential-schema.ts'
import { noBody, noParams, noQuery } from '../schemas/request-schema.ts'
import { recordWrite } from '../settle-write.ts'

/** Who asks, and how they leave. */
export const currentSessionRoutes = (): readonly Route[] => [getCurrentSession(), endCurrentSession()]

const getCurrentSession = (): Route =>
  tokenRoute(
    {
      operation: 'getCurrentSession',
      method: 'GET',
      path: '/sessions/current',
      summary: 'Who the caller is, and what this token may do',
      anyOf: [],
      success: { type: 'json', status: 200, schema: currentSession },
    },
    { params: noParams, query: noQuery, body: noBody },
    async ({ principal }, { store }) => {
      const { user = null, role, scopes, expiresAt = null, credentialId } = principal
      const device = (await store.devices.get(credentialId)) ?? null
      const body = { user, role, scopes, expires_at: expiresAt, device }
      return { type: 'json', status: 200, body, tag: contentTag(JSON.stringify(body)) }
    },
  )

const endCurrentSession = (): Route =>
  tokenRoute(
    {
      operation: 'endCurrentSession',
      method: 'DELETE',
      path: '/sessions/current',
      summary: "Signs out: ends the caller's own credential, of a device with all its sessions",
      anyOf: [],
      success: { type: 'empty' },
      errors: ['caller_conflict'],
    },
    { params: noParams, query: noQuery, body: noBody },
    async ({ principal }, { store }) => {
      await store.tokens.signOut(principal.credentialId)
      recordWrite({ store }, { principal, action: 'token.revoke', target: principal.credentialId })
      return { type: 'empty' }
    },
  )
