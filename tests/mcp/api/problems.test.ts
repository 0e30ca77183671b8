import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiRoutes } from '../../../services/mcp/api/route-table.ts'
import { problem } from '../../../services/mcp/api/schemas/answer-schema.ts'
import { type Answer, type ApiUnderTest, bodyLimitBytes, startApi } from './support/api-under-test.ts'

describe('errors of the API', () => {
  let api: ApiUnderTest
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const expectProblem = (answer: Answer, status: number, code: string): void => {
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(problem.parse(answer.body)).toMatchObject({ status, code, type: `urn:hearth:error:${code}` })
    expect(answer.status).toBe(status)
  }
  const post = (raw: string | Uint8Array, type = 'application/json') =>
    api.call('POST', '/api/v1/profiles', { raw, headers: { 'content-type': type } })

  it('malformed JSON is a problem document of status 400', async () => {
    expectProblem(await post('{"name":'), 400, 'caller_invalid_request')
    expectProblem(await post(new Uint8Array([0x7b, 0xff, 0x7d])), 400, 'caller_invalid_request')
  })

  it('JSON deeper than 32 levels is 400 and says so', async () => {
    const deep = await post(`{"parameters":${'{"extra":'.repeat(40)}1${'}'.repeat(40)}}`)
    expectProblem(deep, 400, 'caller_invalid_request')
    expect(deep.body).toMatchObject({ detail: expect.stringContaining('32') })
  })

  it('a body over the limit is 413', async () => {
    expectProblem(await post(`"${'x'.repeat(bodyLimitBytes)}"`), 413, 'caller_too_large')
  })

  it('an unknown path is 404, with and without a token', async () => {
    for (const path of ['/api/v1/nothing', '/api/v1/profiles/a/b', '/api/v1/mcp', '/api/v1/mcp/servers/a/b']) {
      expectProblem(await api.call('GET', path), 404, 'caller_not_found')
      expectProblem(await api.call('GET', path, { token: null }), 404, 'caller_not_found')
    }
  })

  it.each([
    ['PUT', '/api/v1/profiles', 'GET, POST, HEAD'],
    ['POST', '/api/v1/profiles/declared', 'GET, PUT, PATCH, DELETE, HEAD'],
    ['DELETE', '/api/v1/pairings/redeem', 'POST'],
    ['OPTIONS', '/api/v1/snapshot', 'GET, HEAD'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    const answer = await api.call(method, path)
    expectProblem(answer, 405, 'caller_invalid_request')
    expect(answer.headers.get('allow')).toBe(allow)
  })

  it('a merge patch is taken by PATCH only', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' }
    expectProblem(await api.call('POST', '/api/v1/profiles', { raw: '{}', headers }), 415, 'caller_invalid_request')
  })

  it('a wrong field is named by its path', async () => {
    const wrong = {
      name: 'x',
      targets: [
        { adapter: 'demo', model: 'demo' },
        { adapter: 'abacus', model: 'demo' },
      ],
    }
    const answer = await api.call('POST', '/api/v1/profiles', { json: wrong })
    expectProblem(answer, 400, 'caller_invalid_request')
    expect(answer.body).toMatchObject({ param: 'targets[1].adapter' })
  })

  it('a path parameter that cannot be a name is 400', async () => {
    const answer = await api.call('GET', '/api/v1/profiles/Not_A_Label')
    expectProblem(answer, 400, 'caller_invalid_request')
    expect(answer.body).toMatchObject({ param: 'name' })
  })

  it('a name that a caller made up is not repeated at full length', async () => {
    const answer = await api.call('POST', '/api/v1/profiles', { json: { ['k'.repeat(100_000)]: 1 } })
    expectProblem(answer, 400, 'caller_invalid_request')
    expect(JSON.stringify(answer.body).length).toBeLessThan(2000)
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=many', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=made-up', 'cursor'],
  ])('the page %s is 400 and names %s', async (query, param) => {
    const answer = await api.call('GET', `/api/v1/profiles?${query}`)
    expectProblem(answer, 400, 'caller_invalid_request')
    expect(answer.body).toMatchObject({ param })
  })

  it('too many wrong pairing codes are 429 with Retry-After', async () => {
    const redeem = () =>
      api.call('POST', '/api/v1/pairings/redeem', { token: null, json: { code: 'WRONG234', device_name: 'phone' } })
    for (let attempt = 0; attempt < 10; attempt += 1) expectProblem(await redeem(), 401, 'policy_unauthenticated')
    const limited = await redeem()
    expectProblem(limited, 429, 'policy_rate_limited')
    expect(limited.headers.get('retry-after')).toBe('60')
    expect(limited.body).toMatchObject({ retryable: true, retry_after_ms: 60_000 })
  })

  it('a store that is down is 503 with Retry-After, and nobody gets in', async () => {
    await using other = await startApi()
    await other.stopStore()
    for (const path of ['/api/v1/profiles', '/api/v1/conversations']) {
      const answer = await other.call('GET', path)
      expectProblem(answer, 503, 'store_unavailable')
      expect(answer.headers.get('retry-after')).toBe('1')
    }
  })

  it('any body to any route is answered by a problem document, or taken', async () => {
    const writes = apiRoutes().filter(({ body }) => body !== undefined)
    const bodies = fc.oneof(
      fc.json({ stringUnit: 'binary' }),
      fc.string({ unit: 'binary' }),
      fc.uint8Array(),
      fc.record({ name: fc.anything(), targets: fc.anything(), limits: fc.anything() }).map((value) => {
        return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...writes), bodies, async ({ method, path }, raw) => {
        const url = `/api/v1${path.replace(/\{\w+\}/, 'declared')}`
        const answer = await api.call(method, url, { raw, headers: { 'content-type': 'application/json' } })
        if (answer.status >= 400) problem.parse(answer.body)
        expect(answer.status).not.toBe(500)
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('a foreign Host or Origin is refused before anything else', async () => {
    expect(await api.call('GET', '/api/v1/profiles', { headers: { origin: 'http://evil.example' } })).toMatchObject({
      status: 403,
    })
  })
})
