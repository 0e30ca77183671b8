import type { AttemptRecord, WireUsage } from '../../../../services/common/contracts/run-event.ts'
import { HearthFailure } from './hearth-failure.ts'
import type { HouseCall, HouseHttp } from './house-http.ts'
import type { Conversation, Found, Message, MessagePart, Page, PageWish, RestApi, SessionInfo } from './rest-api.ts'
import type { SessionTokens } from './session-tokens.ts'

export interface RestDeps {
  readonly http: HouseHttp
  readonly tokens: SessionTokens
}

/** Many messages of one conversation come in pages of this size. */
const pageSize = 200
const blobTimeoutMs = 60_000

/** The REST API of the house, in the shapes of a view. */
export function createRest(deps: RestDeps): RestApi {
  const json = async <Wire>(call: HouseCall): Promise<Wire> =>
    // The house answers by its own schemas; fields are read by name below.
    (await withToken(deps, call, (authorized) => deps.http.json(authorized))) as Wire
  return {
    async listConversations(wish = {}) {
      const page = await json<WirePage<WireConversation>>(pageCall('/conversations', wish))
      return pageOf(page, conversationOf)
    },
    async searchConversations(query, wish = {}) {
      const page = await json<WirePage<WireFound>>(pageCall('/conversations/search', wish, { query }))
      return pageOf(page, foundOf)
    },
    async getConversation(id) {
      return conversationOf(await json({ method: 'GET', path: conversationPath(id) }))
    },
    async renameConversation(id, title, ifRevision) {
      const condition = ifRevision === undefined ? {} : { ifRevision }
      return conversationOf(await json({ method: 'PATCH', path: conversationPath(id), body: { title }, ...condition }))
    },
    async removeConversation(id) {
      await json({ method: 'DELETE', path: conversationPath(id) })
    },
    listMessages: (conversation) => listMessages(json, conversation),
    getBlob(id, signal) {
      const call: HouseCall = { method: 'GET', path: `/v1/blobs/${encodeURIComponent(id)}`, timeoutMs: blobTimeoutMs }
      return withToken(deps, signal === undefined ? call : { ...call, signal }, (own) => deps.http.bytes(own))
    },
    async getSession() {
      return sessionOf(await json({ method: 'GET', path: '/api/v1/sessions/current' }))
    },
    state: (call) => withToken(deps, call, (own) => deps.http.state(own)),
    send: json,
  }
}

/** A token that the house no longer takes is replaced, once. */
async function withToken<Answer>(
  { tokens }: RestDeps,
  call: HouseCall,
  send: (call: HouseCall) => Promise<Answer>,
): Promise<Answer> {
  const token = await tokens.take()
  try {
    return await send({ ...call, token })
  } catch (error) {
    if (!(error instanceof HearthFailure) || error.code !== 'policy_unauthenticated') throw error
    return await send({ ...call, token: await tokens.replace(token) })
  }
}

async function listMessages(
  json: (call: HouseCall) => Promise<WirePage<WireMessage>>,
  conversation: string,
): Promise<readonly Message[]> {
  const messages: Message[] = []
  let cursor: string | null = null
  do {
    const wish: PageWish = { limit: pageSize, ...(cursor === null ? {} : { cursor }) }
    const page: WirePage<WireMessage> = await json(
      pageCall(`/conversations/${encodeURIComponent(conversation)}/messages`, wish),
    )
    for (const message of page.data) messages.push(messageOf(message))
    cursor = page.next_cursor
  } while (cursor !== null)
  return messages
}

const conversationPath = (id: string): string => `/api/v1/conversations/${encodeURIComponent(id)}`

function pageCall(
  path: string,
  { limit, cursor, signal }: PageWish,
  fields: Readonly<Record<string, string>> = {},
): HouseCall {
  const query = new URLSearchParams(fields)
  if (limit !== undefined) query.set('limit', String(limit))
  if (cursor !== undefined) query.set('cursor', cursor)
  const call: HouseCall = { method: 'GET', path: `/api/v1${path}${query.size === 0 ? '' : `?${query}`}` }
  return signal === undefined ? call : { ...call, signal }
}

interface WirePage<Item> {
  readonly data: readonly Item[]
  readonly next_cursor: string | null
}

const pageOf = <Wire, Item>(page: WirePage<Wire>, itemOf: (wire: Wire) => Item): Page<Item> => ({
  items: page.data.map(itemOf),
  nextCursor: page.next_cursor ?? undefined,
})

interface WireConversation {
  readonly id: string
  readonly title: string
  readonly revision: number
  readonly created_at: number
  readonly updated_at: number
}

const conversationOf = ({ id, title, revision, created_at, updated_at }: WireConversation): Conversation => ({
  id,
  title,
  revision,
  createdAt: created_at,
  updatedAt: updated_at,
})

interface WireFound {
  readonly conversation: WireConversation
  readonly message_id: string | null
  readonly snippet: string
}

const foundOf = ({ conversation, message_id, snippet }: WireFound): Found => ({
  conversation: conversationOf(conversation),
  messageId: message_id,
  snippet,
})

interface WireMessage {
  readonly id: string
  readonly parent_id: string | null
  readonly role: Message['role']
  readonly status: Message['status']
  readonly run_id: string | null
  readonly profile: string | null
  readonly parts: readonly WirePart[]
  readonly usage: WireUsage | null
  readonly attempts: readonly AttemptRecord[]
  readonly error?: { readonly code: string; readonly message: string }
  readonly created_at: number
}

type WirePart =
  | Extract<MessagePart, { type: 'text' | 'reasoning' | 'refusal' }>
  | { readonly type: 'image'; readonly blob_id: string; readonly media_type: string }
  | { readonly type: 'tool_call'; readonly call_id: string; readonly name: string; readonly arguments: string }
  | { readonly type: 'tool_output'; readonly call_id: string; readonly output: string }

const messageOf = ({ parent_id, run_id, created_at, parts, error, ...message }: WireMessage): Message => ({
  id: message.id,
  parentId: parent_id,
  role: message.role,
  status: message.status,
  runId: run_id,
  profile: message.profile,
  parts: parts.map(partOf),
  usage: message.usage,
  attempts: message.attempts,
  error,
  createdAt: created_at,
})

function partOf(part: WirePart): MessagePart {
  switch (part.type) {
    case 'image':
      return { type: 'image', blobId: part.blob_id, mediaType: part.media_type }
    case 'tool_call':
      return { type: 'tool_call', callId: part.call_id, name: part.name, arguments: part.arguments }
    case 'tool_output':
      return { type: 'tool_output', callId: part.call_id, output: part.output }
    default:
      return part
  }
}

const sessionOf = ({ user, role, scopes, device }: SessionInfo): SessionInfo => ({ user, role, scopes, device })
