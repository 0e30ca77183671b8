import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { UpstreamSignIn } from '../../aggregator/upstream.ts'
import type { ApiContext } from '../api-context.ts'
import { publicRoute, type Route, tokenRoute } from '../route.ts'
import { nameParams, noBody, noParams, noQuery } from '../schemas/request-schema.ts'
import { signInAnswer, signInStart } from '../schemas/sign-in-schema.ts'
import { recordWrite } from '../settle-write.ts'
import { signInPage } from '../sign-in-page.ts'

/** Where authorization servers send people back to, below /api/v1. */
export const signInPath = '/mcp/sign-in'

/** Signing in at MCP servers that want OAuth, by a person with a browser. */
export const signInRoutes = (): readonly Route[] => [beginSignIn(), endSignIn()]

const beginSignIn = (): Route =>
  tokenRoute(
    {
      operation: 'beginSignIn',
      method: 'POST',
      path: '/mcp/servers/{name}/sign-in',
      summary: 'Begins a sign-in of the house at a server that wants OAuth; a person opens the address it answers with',
      anyOf: ['settings'],
      success: { type: 'json', status: 200, schema: signInStart },
      errors: ['caller_not_found', 'caller_unsupported_feature', 'tool_unavailable'],
      isSecret: true,
    },
    { params: nameParams, query: noQuery, body: noBody },
    async ({ params: { name }, principal, signal }, context) => {
      const authorization_url = await signInOf(context).authorize(name, signal)
      recordWrite(context, { principal, action: 'mcp_server.sign_in', target: name })
      return { type: 'json', status: 200, body: { authorization_url } }
    },
  )

/** The state, which nobody else can know, stands for who began. */
const endSignIn = (): Route =>
  publicRoute(
    {
      operation: 'endSignIn',
      method: 'GET',
      path: signInPath,
      summary: 'Where a person comes back to from the authorization server; needs no token',
      success: { type: 'html' },
      refusesHead: true,
      errors: ['caller_unsupported_feature', 'tool_unavailable'],
    },
    { params: noParams, query: signInAnswer, body: noBody },
    async ({ query: { state, code, iss, error }, acceptLanguage }, context) => {
      if (code === undefined) return signInPage({ type: 'refused', word: toldWord(error) }, acceptLanguage)
      const answer = { state, code, ...(iss === undefined ? {} : { iss }) }
      const server = await signInOf(context).finishAuthorization(answer)
      recordWrite(context, { principal: { id: 'hearth' }, action: 'mcp_server.signed_in', target: server })
      return signInPage({ type: 'signed_in', server }, acceptLanguage)
    },
  )

/** The word is the authorization server's; the codes of RFC 6749 §4.1.2.1 look so, anything else is not repeated. */
const toldWord = (error = ''): string => (/^[a-z_]{1,64}$/.test(error) ? error : '')

function signInOf({ signIn }: ApiContext): UpstreamSignIn {
  if (signIn !== undefined) return signIn
  throw new HearthError('caller_unsupported_feature', 'This house signs in nowhere.')
}
