import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import type { UpstreamSignIn } from '../../../services/mcp/aggregator/upstream.ts'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'

const path = '/api/v1/mcp/sign-in'

/** Knows one state, once. */
function fakeSignIn(finished: unknown[]): UpstreamSignIn {
  const begun = new Set(['good-state'])
  return {
    authorize: async (server) => {
      if (server === 'filed') return 'https://sign-in.example/authorize?state=good-state'
      throw new HearthError('caller_not_found', `There is no MCP server ${server}.`)
    },
    finishAuthorization: async (answer) => {
      if (!begun.delete(answer.state))
        throw new HearthError('caller_invalid_request', 'state: is of no sign-in; begin again.')
      finished.push(answer)
      return 'filed'
    },
  }
}

describe('signing in at servers by the API', () => {
  const finished: unknown[] = []
  let api: ApiUnderTest
  beforeAll(async () => {
    api = await startApi(undefined, fakeSignIn(finished))
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const begin = (name: string, options = {}) => api.call('POST', `/api/v1/mcp/servers/${name}/sign-in`, options)
  const comeBack = (query: string, headers = {}) => api.call('GET', `${path}?${query}`, { token: null, headers })

  it('begins for who may change settings, with an address that nobody keeps', async () => {
    const answer = await begin('filed')
    expect(answer).toMatchObject({
      status: 200,
      body: { authorization_url: 'https://sign-in.example/authorize?state=good-state' },
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await begin('nothing')).toMatchObject({ status: 404 })
    expect(await begin('filed', { token: await api.tokenOf({ user: 'anna' }) })).toMatchObject({ status: 403 })
  })

  it('ends with a page for the browser, once, whatever else comes with the code', async () => {
    const query = 'state=good-state&code=abc&iss=https%3A%2F%2Fsign-in.example&session_state=x&scope=a'
    // Links are looked at by others before people open them.
    const looked = await api.call('HEAD', `${path}?${query}`, { token: null })
    expect([looked.status, looked.headers.get('allow'), finished]).toEqual([405, 'GET', []])
    const answer = await comeBack(query)
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('Hearth is signed in at filed.') })
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
    expect(finished).toEqual([{ state: 'good-state', code: 'abc', iss: 'https://sign-in.example' }])
    expect(await comeBack(query)).toMatchObject({ status: 400 })
    expect(await comeBack('code=abc')).toMatchObject({ status: 400, body: { param: 'state' } })
    const { items } = await api.store.audit.list({ limit: 10 }, {})
    expect(items.map(({ principal, action }) => `${principal} ${action}`)).toEqual([
      'hearth mcp_server.signed_in',
      'user:admin mcp_server.sign_in',
    ])
    expect(JSON.stringify(items)).not.toContain('good-state')
  })

  it('says a refusal, and nothing that the other side made up', async () => {
    expect((await comeBack('state=x&error=access_denied')).body).toContain('did not let Hearth in (access_denied).')
    const made = await comeBack(`state=x&error=${encodeURIComponent('<script>alert(1)</script>')}`)
    expect(made).toMatchObject({ status: 200, body: expect.not.stringContaining('script') })
  })

  it.each([
    ['de-AT,de;q=0.9,en;q=0.8', 'de', 'nicht hereingelassen (access_denied). Beginne neu unter Server &#38; Werkzeuge'],
    ['fr, de;q=0.5, en;q=0.4', 'de', 'Der Server'],
    ['de, en', 'de', 'Der Server'],
    ['en-GB, de;q=0.9', 'en', 'The server'],
    ['de;q=0', 'en', 'The server'],
    ['de;q=x, *', 'en', 'The server'],
    ['', 'en', 'The server'],
  ])('ends in the language of the browser: %s is %s', async (accepted, language, text) => {
    const answer = await comeBack('state=x&error=access_denied', { 'accept-language': accepted })
    expect(answer.body).toContain(`<html lang="${language}">`)
    expect(answer.body).toContain(text)
    expect(answer.headers.get('vary')).toBe('Authorization, Accept-Language')
  })

  it('is refused in a house that signs in nowhere', async () => {
    await using other = await startApi()
    expect(await other.call('POST', '/api/v1/mcp/servers/filed/sign-in')).toMatchObject({
      status: 400,
      body: { code: 'caller_unsupported_feature' },
    })
  })
})
