import type { z } from 'zod'
import type { Principal, Scope } from '../../common/contracts/principal.ts'
import type { ErrorCode } from '../../common/errors/error-table.ts'
import type { ApiContext } from './api-context.ts'
import { parseRequest } from './invalid-request.ts'
import { noBody } from './schemas/request-schema.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who may call: anybody, any valid token, or a token with one of these scopes (`admin` includes all). */
export type Access =
  | { readonly type: 'public' }
  | { readonly type: 'token' }
  | { readonly type: 'scopes'; readonly anyOf: readonly Scope[] }

/** One line of the API: what is registered, checked and documented. The only source for all three. */
export interface Route {
  /** camelCase, unique: OpenAPI's operationId. */
  readonly operation: string
  readonly method: Method
  /** Below /api/v1, parameters in braces: `/profiles/{name}`. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly params: z.ZodType
  readonly query: z.ZodType
  readonly body: z.ZodType | undefined
  /** Of a body in the form of `application/merge-patch+json`: the schema that the merged object must fit. */
  readonly merged: z.ZodType | undefined
  readonly success: Success
  /** Codes of this route beside those every route has. */
  readonly errors: readonly ErrorCode[]
  /** True when the answer holds a secret: not cached, and forgotten early by the idempotency cache. */
  readonly isSecret: boolean
  /** GET without HEAD: asking what it would say does what it does, or costs as much. */
  readonly refusesHead: boolean
  /** Largest body; undefined: the listener's. */
  readonly bodyLimitBytes: number | undefined
  /** Parses, then works. @throws HearthError; RevisionMismatch on a lost update. */
  handle(request: RawRequest, context: ApiContext): Promise<Answer>
}

export type Success =
  | { readonly type: 'json'; readonly status: 200 | 201; readonly schema: z.ZodType }
  | { readonly type: 'empty' }
  | { readonly type: 'bytes' }
  | { readonly type: 'html' }
  | { readonly type: 'file'; readonly schema: z.ZodType }

export type Answer =
  | {
      readonly type: 'json'
      readonly status: 200 | 201
      readonly body: unknown
      readonly tag?: string
      /** The tag names the object only, and more is shown than the object: always sent whole. */
      readonly isVolatile?: boolean
      readonly location?: string
    }
  | { readonly type: 'empty' }
  | { readonly type: 'unchanged'; readonly tag: string }
  | { readonly type: 'bytes'; readonly mediaType: string; readonly bytes: Uint8Array; readonly tag: string }
  | {
      readonly type: 'html'
      readonly html: string
      readonly contentSecurityPolicy: string
      /** A header of the request that it goes by, beside Authorization. */
      readonly vary?: string
    }
  /** JSON that is too large for memory, in pieces of text; for saving under that name. */
  | { readonly type: 'file'; readonly name: string; readonly json: AsyncIterable<string> }

/** A request as it came, after authentication. */
export interface RawRequest {
  readonly params: unknown
  readonly query: unknown
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown
  /** Undefined only on public routes. */
  readonly principal: Principal | undefined
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
  readonly acceptLanguage: string | undefined
  readonly signal: AbortSignal
}

/** A request past its schemas. */
export interface Call<Params, Query, Body> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
  readonly acceptLanguage: string | undefined
  readonly signal: AbortSignal
}

export type PrincipalCall<Params, Query, Body> = Call<Params, Query, Body> & { readonly principal: Principal }

interface Schemas<Params, Query, Body> {
  readonly params: z.ZodType<Params>
  readonly query: z.ZodType<Query>
  readonly body: z.ZodType<Body>
}

type Description = Pick<Route, 'operation' | 'method' | 'path' | 'summary' | 'success'> &
  Partial<Pick<Route, 'errors' | 'isSecret' | 'merged' | 'refusesHead' | 'bodyLimitBytes'>>

/** A route that anybody may call. */
export function publicRoute<Params, Query, Body>(
  description: Description,
  schemas: Schemas<Params, Query, Body>,
  work: (call: Call<Params, Query, Body>, context: ApiContext) => Promise<Answer>,
): Route {
  return {
    ...describe(description, schemas),
    access: { type: 'public' },
    handle: async (request, context) => work(parseCall(schemas, request), context),
  }
}

/** A route for a token with one of `anyOf`; with an empty list, for any valid token. */
export function tokenRoute<Params, Query, Body>(
  description: Description & { readonly anyOf: readonly Scope[] },
  schemas: Schemas<Params, Query, Body>,
  work: (call: PrincipalCall<Params, Query, Body>, context: ApiContext) => Promise<Answer>,
): Route {
  const { anyOf, ...rest } = description
  return {
    ...describe(rest, schemas),
    access: anyOf.length === 0 ? { type: 'token' } : { type: 'scopes', anyOf },
    handle: async (request, context) => {
      if (request.principal === undefined) throw new Error(`${rest.operation} was called without a principal`)
      return work({ ...parseCall(schemas, request), principal: request.principal }, context)
    },
  }
}

const describe = <Params, Query, Body>(description: Description, schemas: Schemas<Params, Query, Body>) => ({
  errors: [],
  isSecret: false,
  merged: undefined,
  refusesHead: false,
  bodyLimitBytes: undefined,
  ...description,
  params: schemas.params,
  query: schemas.query,
  body: takesBody(schemas.body) ? schemas.body : undefined,
})

const takesBody = (schema: z.ZodType): boolean => schema !== noBody

function parseCall<Params, Query, Body>(
  schemas: Schemas<Params, Query, Body>,
  request: RawRequest,
): Call<Params, Query, Body> {
  return {
    params: parseRequest(schemas.params, request.params, 'path'),
    query: parseRequest(schemas.query, request.query, 'query'),
    body: parseRequest(schemas.body, request.body, 'body'),
    ifMatch: request.ifMatch,
    ifNoneMatch: request.ifNoneMatch,
    acceptLanguage: request.acceptLanguage,
    signal: request.signal,
  }
}
