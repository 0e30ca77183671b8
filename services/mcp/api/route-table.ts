import { type OpenApiDocument, openApiOf } from './openapi/open-api.ts'
import type { Method, Route } from './route.ts'
import { auditRoutes } from './routes/audit.ts'
import { conversationFileRoutes } from './routes/conversation-files.ts'
import { conversationRoutes } from './routes/conversations.ts'
import { credentialRoutes } from './routes/credentials.ts'
import { currentSessionRoutes } from './routes/current-session.ts'
import { deviceRoutes } from './routes/devices.ts'
import { documentRoutes } from './routes/document.ts'
import { effectiveRoutes } from './routes/effective.ts'
import { messageRoutes } from './routes/messages.ts'
import { profileRoutes } from './routes/profiles.ts'
import { serverRoutes } from './routes/servers.ts'
import { signInRoutes } from './routes/sign-ins.ts'
import { toolCallRoutes } from './routes/tool-call.ts'
import { toolRoutes } from './routes/tools.ts'
import { userRoutes } from './routes/users.ts'

/** Where the API lives. */
export const apiPrefix = '/api/v1'

/** Every route of /api/v1: what is registered, and what the OpenAPI document says. */
export function apiRoutes(): readonly Route[] {
  const routes: readonly Route[] = [
    ...profileRoutes(),
    ...userRoutes(),
    ...deviceRoutes(),
    ...serverRoutes(),
    ...signInRoutes(),
    ...toolRoutes(),
    ...toolCallRoutes(),
    ...credentialRoutes(),
    ...currentSessionRoutes(),
    ...conversationRoutes(),
    ...conversationFileRoutes(),
    ...messageRoutes(),
    ...effectiveRoutes(),
    ...auditRoutes(),
    ...documentRoutes(() => openApiOf(routes)),
  ]
  return routes
}

/** The OpenAPI 3.1 document of /api/v1, for generators. */
export const openApiDocument = (): OpenApiDocument => openApiOf(apiRoutes())

/** Methods served at a path below the prefix; empty when there is nothing. HEAD comes with most GETs. */
export function allowedMethods(routes: readonly Route[], path: string): readonly (Method | 'HEAD')[] {
  const here = routes.filter((route) => matches(route.path, path))
  const methods = here.map(({ method }) => method)
  return here.some(takesHead) ? [...methods, 'HEAD'] : methods
}

export const takesHead = ({ method, refusesHead }: Route): boolean => method === 'GET' && !refusesHead

function matches(template: string, path: string): boolean {
  const wanted = template.split('/')
  const given = path.split('/')
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith('{') || part === given[index])
}
