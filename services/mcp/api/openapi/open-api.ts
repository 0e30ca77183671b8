import { STATUS_CODES } from 'node:http'
import type { z } from 'zod'
import { type ErrorCode, errorRow } from '../../../common/errors/error-table.ts'
import type { Access, Route, Success } from '../route.ts'
import { answerComponents, requestComponents } from '../schemas/components.ts'
import { componentPath, componentSchemas, inlineSchema, patchSchema } from './json-schema.ts'
import { isJsonObject, type JsonObject } from './json-value.ts'

export interface OpenApiDocument extends JsonObject {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

export interface Operation extends JsonObject {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly parameters: readonly JsonObject[]
  readonly responses: Readonly<Record<string, JsonObject>>
}

/** The OpenAPI 3.1 document of the routes; the same routes give the same text. */
export function openApiOf(routes: readonly Route[]): OpenApiDocument {
  const schemas = {
    ...componentSchemas(requestComponents, 'input'),
    ...componentSchemas(answerComponents, 'output'),
  }
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Hearth REST API', version: 'v1', description: introduction },
    servers: [{ url: '/api/v1' }],
    security: [{ bearer: [] }],
    paths,
    components: { schemas, securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  }
}

const introduction = [
  'Settings, credentials and chat history of one Hearth.',
  'Errors are RFC 9457 problem documents with a `code`.',
  'An object has its revision as ETag; give it as `If-Match` so that no change of others is lost (412).',
  'Collections of settings and the snapshot have `"epoch.revision"`; give it as `If-None-Match` to hear of changes only (304).',
  'A POST with an `Idempotency-Key` may be sent again for 24 hours; answers with a secret are repeated for 10 minutes.',
  'What config.yaml declares is read-only here (409 with `origin`), but for switching servers and tools ON and OFF.',
  'A settings write is in the audit with who made it; once it is answered, every list and call goes by it.',
].join(' ')

function operationOf(route: Route, schemas: JsonObject): Operation {
  const body = requestBody(route, schemas)
  return {
    operationId: route.operation,
    summary: route.summary,
    description: accessText(route.access),
    ...(route.access.type === 'public' ? { security: [] } : {}),
    parameters: parametersOf(route),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...successOf(route), ...problemsOf(route) },
  }
}

function accessText(access: Access): string {
  if (access.type === 'public') return 'Needs no token.'
  if (access.type === 'token') return 'Needs any valid token.'
  return `Needs a token with the scope ${[...new Set([...access.anyOf, 'admin'])].join(' or ')}.`
}

function parametersOf(route: Route): readonly JsonObject[] {
  return [
    ...fieldsOf(route.params, 'path'),
    ...fieldsOf(route.query, 'query'),
    ...headersOf(route).map(([name, description]) => header(name, description)),
  ]
}

function fieldsOf(schema: z.ZodType, place: 'path' | 'query'): readonly JsonObject[] {
  const { properties } = inlineSchema(schema)
  if (!isJsonObject(properties)) return []
  return Object.entries(properties).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: field,
  }))
}

function headersOf({ method, access }: Route): readonly (readonly [string, string])[] {
  if (method === 'GET') return [['If-None-Match', 'ETag the caller has: 304 when it is still the newest']]
  if (method === 'POST') return access.type === 'public' ? [] : [['Idempotency-Key', 'Makes it safe to send again']]
  return [['If-Match', 'ETag the caller changed: 412 when the object changed meanwhile']]
}

const header = (name: string, description: string): JsonObject => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
})

function requestBody({ body, merged }: Route, schemas: JsonObject): JsonObject | undefined {
  if (merged !== undefined) {
    const whole = schemas[nameOf(requestComponents, merged)]
    const schema = isJsonObject(whole) ? patchSchema(whole) : {}
    return { required: true, content: { 'application/merge-patch+json': { schema }, 'application/json': { schema } } }
  }
  if (body === undefined) return undefined
  const schema = { $ref: componentPath(nameOf(requestComponents, body)) }
  return { required: true, content: { 'application/json': { schema } } }
}

/** @throws Error when a schema lacks its name; a test makes the document, so that never ships. */
function nameOf(components: Readonly<Record<string, z.ZodType>>, schema: z.ZodType): string {
  const found = Object.entries(components).find(([, candidate]) => candidate === schema)
  if (found === undefined) throw new Error('A schema of a route has no name in schemas/components.ts.')
  return found[0]
}

function successOf(route: Route): Readonly<Record<string, JsonObject>> {
  const unchanged = { description: 'Not changed since If-None-Match' }
  const made = successContent(route.success)
  const replaced = route.method === 'PUT' ? { 201: { ...made.response, description: 'Made' } } : {}
  return { [made.status]: made.response, ...replaced, ...(route.method === 'GET' ? { 304: unchanged } : {}) }
}

function successContent(success: Success): { readonly status: number; readonly response: JsonObject } {
  switch (success.type) {
    case 'empty':
      return { status: 204, response: { description: 'Done' } }
    case 'bytes':
      return { status: 200, response: { description: 'The bytes', content: { '*/*': {} } } }
    case 'html':
      return { status: 200, response: { description: 'A page', content: { 'text/html': {} } } }
    case 'file': {
      const schema = { $ref: componentPath(nameOf(answerComponents, success.schema)) }
      return { status: 200, response: { description: 'A file', content: { 'application/json': { schema } } } }
    }
    case 'json': {
      const schema = { $ref: componentPath(nameOf(answerComponents, success.schema)) }
      const description = success.status === 201 ? 'Made' : 'As it is'
      return { status: success.status, response: { description, content: { 'application/json': { schema } } } }
    }
  }
}

function problemsOf(route: Route): Readonly<Record<string, JsonObject>> {
  const entries = [...statusesOf(route)].sort(([a], [b]) => a - b)
  const content = { 'application/problem+json': { schema: { $ref: componentPath('Problem') } } }
  return Object.fromEntries(
    entries.map(([status, codes]) => {
      const description = `${STATUS_CODES[status] ?? 'Error'}: ${[...codes].sort().join(', ')}`
      return [String(status), { description, content }]
    }),
  )
}

/** Codes by HTTP status: those of the route, and those that follow from what it takes. */
function statusesOf(route: Route): Map<number, Set<ErrorCode>> {
  const takesBody = route.body !== undefined
  const hasIfMatch = ['PUT', 'PATCH', 'DELETE'].includes(route.method)
  const found: (readonly [number, ErrorCode])[] = [
    [400, 'caller_invalid_request'],
    [503, 'store_unavailable'],
    ...(route.access.type === 'public' ? [] : [[401, 'policy_unauthenticated'] as const]),
    ...(route.access.type === 'scopes' ? [[403, 'policy_access_denied'] as const] : []),
    ...(hasIfMatch ? [[412, 'caller_conflict'] as const] : []),
    ...(route.method === 'POST' && route.access.type !== 'public' ? [[409, 'caller_conflict'] as const] : []),
    ...(takesBody ? [[413, 'caller_too_large'] as const, [415, 'caller_invalid_request'] as const] : []),
    ...route.errors.map((code) => [errorRow(code).http, code] as const),
  ]
  const byStatus = new Map<number, Set<ErrorCode>>()
  for (const [status, code] of found) byStatus.set(status, new Set([...(byStatus.get(status) ?? []), code]))
  return byStatus
}
