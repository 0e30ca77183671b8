import { describe, expect, it } from 'vitest'
import { apiRoutes, openApiDocument } from '../../../services/mcp/api/route-table.ts'
import { startApi } from './support/api-under-test.ts'

const document = openApiDocument()

/** Every `$ref` in a JSON value. */
function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    key === '$ref' && typeof child === 'string' ? [child] : references(child),
  )
}

const resolve = (reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => Object.entries(at ?? {}).find(([name]) => name === key)?.[1], document)

describe('OpenAPI document', () => {
  it('has every route of the table and no other', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.toSorted()).toEqual(
      apiRoutes()
        .map(({ method, path }) => `${method} ${path}`)
        .toSorted(),
    )
  })

  it('is the same text each time', () => {
    expect(JSON.stringify(openApiDocument())).toBe(JSON.stringify(document))
  })

  it('refers only to what it holds', () => {
    const all = references(document)
    expect(all.length).toBeGreaterThan(50)
    for (const reference of all) expect(resolve(reference), reference).toEqual(expect.any(Object))
  })

  it('says the body, its default and its bounds as the API checks them', () => {
    expect(document.paths['/profiles']?.['post']).toMatchObject({
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/ProfileCreation' } } } },
      responses: { 201: {}, 400: {}, 401: {}, 403: {}, 409: {}, 413: {}, 415: {} },
    })
    expect(resolve('#/components/schemas/ProfileCreation')).toMatchObject({
      additionalProperties: false,
      required: ['targets', 'name'],
      properties: { timeouts: { properties: { idle_ms: { type: 'integer', default: 30_000, minimum: 1000 } } } },
    })
    expect(document.paths['/profiles']?.['get']?.parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'Items on the page' },
    })
  })

  it('says that a merge patch may leave out or null every field, at every depth', () => {
    const requestBody = document.paths['/profiles/{name}']?.['patch']?.['requestBody']
    expect(requestBody).toMatchObject({
      content: {
        'application/merge-patch+json': {
          schema: {
            additionalProperties: false,
            properties: {
              timeouts: {
                anyOf: [
                  { properties: { idle_ms: { anyOf: [{ type: 'integer' }, { type: 'null' }] } } },
                  { type: 'null' },
                ],
              },
            },
          },
        },
      },
    })
    expect(JSON.stringify(requestBody)).not.toContain('"required":["targets"')
  })

  it('is served, with a tag', async () => {
    await using api = await startApi()
    const answer = await api.call('GET', '/api/v1/openapi.json')
    expect(answer).toMatchObject({ status: 200, body: document })
    const headers = { 'if-none-match': answer.headers.get('etag') ?? '' }
    expect(await api.call('GET', '/api/v1/openapi.json', { headers })).toMatchObject({ status: 304 })
  })

  it('has a page for people that runs nothing and loads nothing', async () => {
    await using api = await startApi()
    for (const path of ['/api/v1', '/api/v1/']) {
      const page = await api.call('GET', path, { token: null })
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/)
      const html = String(page.body)
      expect(html).toContain('<code>If-Match</code>')
      for (const { path: route } of apiRoutes()) expect(html).toContain(`</span>${route}</code>`)
      expect(html).not.toMatch(/<script|<img|<link|\ssrc=|\shref=|\son\w+=|\sstyle=/)
    }
  })
})
