import { contentTag } from '../entity-tag.ts'
import { apiPage } from '../openapi/api-page.ts'
import type { OpenApiDocument } from '../openapi/open-api.ts'
import { publicRoute, type Route, tokenRoute } from '../route.ts'
import { openApiView } from '../schemas/answer-schema.ts'
import { noBody, noParams, noQuery } from '../schemas/request-schema.ts'

/**
 * The OpenAPI document and the page made from it. The document lists these routes too, so it is made at the first
 * request, once.
 */
export function documentRoutes(makeDocument: () => OpenApiDocument): readonly Route[] {
  const document = once(makeDocument)
  const page = once(() => apiPage(document()))
  const tag = once(() => contentTag(JSON.stringify(document())))
  return [
    tokenRoute(
      {
        operation: 'getOpenApi',
        method: 'GET',
        path: '/openapi.json',
        summary: 'This document',
        anyOf: [],
        success: { type: 'json', status: 200, schema: openApiView },
      },
      { params: noParams, query: noQuery, body: noBody },
      async () => ({ type: 'json', status: 200, body: document(), tag: tag() }),
    ),
    publicRoute(
      {
        operation: 'getPage',
        method: 'GET',
        path: '/',
        summary: 'This document for people; needs no token',
        success: { type: 'html' },
      },
      { params: noParams, query: noQuery, body: noBody },
      async () => ({ type: 'html', ...page() }),
    ),
  ]
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
