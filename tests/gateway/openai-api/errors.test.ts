import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { type ErrorCode, errorTable, isErrorCode } from '../../../services/common/errors/error-table.ts'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { errorAnswer } from '../../../services/gateway/openai-api/error-answer.ts'
import { adminToken, readerToken, startGateway } from '../gateway-harness.ts'
import { failed, post } from './api-harness.ts'

const ask = { model: 'demo', messages: [{ role: 'user' as const, content: 'hi' }] }
const shape = {
  error: { message: expect.any(String), type: expect.any(String), code: expect.any(String), param: null },
}

describe('an error of the OpenAI-compatible routes', () => {
  it.each([
    ['no token', null, 401, 'invalid_api_key'],
    ['a wrong token', 'wrong', 401, 'invalid_api_key'],
    ['a token without the right to chat', readerToken, 403, 'policy_access_denied'],
  ])('is %s', async (_name, token, status, code) => {
    await using harness = await startGateway()
    const answer = await post(harness, '/chat/completions', ask, { token })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error: { code } })
    expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/)
    expect(answer.headers.get('x-should-retry')).toBe('false')
  })

  it.each([
    ['malformed JSON', '/chat/completions', '{"model":', 400],
    ['no object', '/responses', '[1]', 400],
    ['33 levels', '/chat/completions', `{"a":${'['.repeat(33)}${']'.repeat(33)}}`, 400],
    ['60,000 levels', '/chat/completions', '['.repeat(60_000), 400],
    ['200,000 values', '/embeddings', `{"input":[${'1,'.repeat(200_000)}1]}`, 413],
    ['a body over the limit', '/chat/completions', JSON.stringify({ ...ask, user: 'x'.repeat(2_000_000) }), 413],
    ['__proto__', '/chat/completions', '{"__proto__":{"a":1},"model":"demo"}', 400],
    ['an unknown path', '/chat/nothing', '{}', 404],
    ['another method', '/models', '{}', 405],
  ])('has the official shape for %s', async (_name, path, body, status) => {
    await using harness = await startGateway({ config: { limits: { inference_body_bytes: 1_000_000 } } })
    const answer = await post(harness, path, body)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error: { ...shape.error, param: expect.toSatisfy(isParam) } })
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/)
    expect(harness.router.starts).toEqual([])
  })

  it('has it for another media type and a foreign Host too', async () => {
    await using harness = await startGateway()
    const form = await post(harness, '/chat/completions', 'a=b', { headers: { 'content-type': 'text/plain' } })
    expect(form.status).toBe(415)
    expect(await form.json()).toMatchObject(shape)
    const options = { port: harness.port, path: '/v1/models', headers: { host: 'evil.test' } }
    const { status, body } = await new Promise<{ status: number | undefined; body: unknown }>((resolve, reject) => {
      const asked = httpRequest(options, async (answer) => {
        resolve({ status: answer.statusCode, body: JSON.parse(await text(answer)) })
      })
      asked.on('error', reject).end()
    })
    expect(status).toBe(403)
    expect(body).toMatchObject(shape)
  })

  it('says that the model is unknown in the words the libraries look for', async () => {
    await using harness = await startGateway()
    harness.router.refuse(
      new HearthError('caller_model_unknown', 'There is no profile "x".', { details: { param: 'profile' } }),
    )
    const client = new OpenAI({ apiKey: adminToken, baseURL: `http://127.0.0.1:${harness.port}/v1` })
    const refused = client.chat.completions.create({ ...ask, model: 'x' })
    await expect(refused).rejects.toBeInstanceOf(OpenAI.NotFoundError)
    await expect(refused).rejects.toMatchObject({ code: 'model_not_found', param: 'model' })
  })

  it('says that the input is too long as 400 context_length_exceeded', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([failed('caller_invalid_request', { details: { openaiCode: 'context_length_exceeded' } })])
    const answer = await post(harness, '/chat/completions', { ...ask, stream: true })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'context_length_exceeded' } })
  })

  it('says when to come back, and is sent again by the libraries only then', async () => {
    await using harness = await startGateway()
    const limited = new HearthError('provider_rate_limited', 'Wait.', { details: { retryAfterMs: 40 } })
    const client = new OpenAI({ apiKey: adminToken, baseURL: `http://127.0.0.1:${harness.port}/v1` })
    harness.router.refuse(limited)
    expect((await client.chat.completions.create(ask)).choices[0]?.message.content).toBe('Hello from the hearth')
    harness.router.refuse(limited)
    const answer = await post(harness, '/chat/completions', ask)
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('retry-after-ms')]).toEqual([
      429,
      '1',
      '40',
    ])
    harness.router.enqueue([failed('provider_server_error')])
    await expect(client.chat.completions.create(ask)).rejects.toMatchObject({ status: 502 })
    expect(harness.router.starts.length).toBe(2)
  })

  it('echoes the id a client gave its request', async () => {
    await using harness = await startGateway()
    const answer = await post(harness, '/chat/completions', ask, { headers: { 'x-client-request-id': 'mine-1' } })
    expect(answer.headers.get('x-client-request-id')).toBe('mine-1')
  })

  it.each(Object.keys(errorTable).filter(isErrorCode))(
    '%s has its status, type and code of the table',
    (code: ErrorCode) => {
      const answer = errorAnswer(new HearthError(code, 'Do this.'))
      const row: { http: number; openaiType: string; openaiCode?: string } = errorTable[code]
      expect(answer.status).toBe(row.http)
      expect(answer.body.error).toEqual({
        message: 'Do this.',
        type: row.openaiType,
        param: null,
        code: row.openaiCode ?? code,
      })
    },
  )
})

const isParam = (value: unknown): boolean => value === null || typeof value === 'string'

describe('a body of any kind', () => {
  it('is answered in the official shape or run, never with a 5xx', async () => {
    await using harness = await startGateway()
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(null, {}, [], '', 'demo', -1, 1e300, [{ role: 'user', content: [{}] }]),
    )
    const names = [
      'model',
      'messages',
      'input',
      'tools',
      'tool_choice',
      'stream',
      'stop',
      'response_format',
      'text',
      'prompt',
      'images',
      'n',
    ]
    const body = fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 6 })
    const path = fc.constantFrom(
      '/chat/completions',
      '/responses',
      '/images/generations',
      '/images/edits',
      '/embeddings',
    )
    await fc.assert(
      fc.asyncProperty(path, body, async (where, value) => {
        const answer = await post(harness, where, value)
        const said = await answer.text()
        expect([200, 400, 413, 502]).toContain(answer.status)
        if (answer.status === 502) expect(said).toContain('without a picture')
        else if (answer.status !== 200) expect(JSON.parse(said)).toMatchObject({ error: { code: expect.any(String) } })
      }),
      { numRuns: 300 },
    )
    expect(harness.log.filter(({ level }) => level === 'error')).toEqual([])
  })
})
