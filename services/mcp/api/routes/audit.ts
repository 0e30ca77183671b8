import { contentTag } from '../entity-tag.ts'
import { type Route, tokenRoute } from '../route.ts'
import { auditPage, auditQuery } from '../schemas/audit-schema.ts'
import { noBody, noParams } from '../schemas/request-schema.ts'

/** Who did what: settings writes, calls of tools, what was blocked. */
export const auditRoutes = (): readonly Route[] => [
  tokenRoute(
    {
      operation: 'listAudit',
      method: 'GET',
      path: '/audit',
      summary: 'Settings writes, calls of tools and what was blocked, with who did it; newest first',
      anyOf: ['admin'],
      success: { type: 'json', status: 200, schema: auditPage },
    },
    { params: noParams, query: auditQuery, body: noBody },
    async ({ query: { action, target, ...page } }, { store }) => {
      const filter = { ...(action === undefined ? {} : { action }), ...(target === undefined ? {} : { target }) }
      const { items, nextCursor = null } = await store.audit.list(page, filter)
      const body = { data: items, next_cursor: nextCursor }
      return { type: 'json', status: 200, body, tag: contentTag(JSON.stringify(body)) }
    },
  ),
]
