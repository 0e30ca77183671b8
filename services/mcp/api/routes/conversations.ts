import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Conversation } from '../../store/views.ts'
import { contentTag, revisionTag } from '../entity-tag.ts'
import { parseRequest } from '../invalid-request.ts'
import { patchObject } from '../patch-object.ts'
import { expectedRevision } from '../preconditions.ts'
import { type Answer, type Route, tokenRoute } from '../route.ts'
import {
  conversationCreation,
  conversationPage,
  conversationReplacement,
  conversationView,
  foundPage,
} from '../schemas/conversation-schema.ts'
import { idParams, noBody, noParams, noQuery, pageQuery, patchBody, searchQuery } from '../schemas/request-schema.ts'

/** Conversations of the caller; those of others do not exist for them. */
export const conversationRoutes = (): readonly Route[] => [
  listConversations(),
  searchConversations(),
  createConversation(),
  getConversation(),
  patchConversation(),
  removeConversation(),
]

const listConversations = (): Route =>
  tokenRoute(
    {
      operation: 'listConversations',
      method: 'GET',
      path: '/conversations',
      summary: "The caller's conversations",
      anyOf: ['chat'],
      success: { type: 'json', status: 200, schema: conversationPage },
    },
    { params: noParams, query: pageQuery, body: noBody },
    async ({ query, principal }, { store }) => {
      const page = await store.conversations.list(principal, query)
      const body = { data: page.items, next_cursor: page.nextCursor ?? null }
      return { type: 'json', status: 200, body, tag: contentTag(JSON.stringify(body)) }
    },
  )

const searchConversations = (): Route =>
  tokenRoute(
    {
      operation: 'searchConversations',
      method: 'GET',
      path: '/conversations/search',
      summary: "Finds words in the titles and messages of the caller's conversations, best first",
      anyOf: ['chat'],
      success: { type: 'json', status: 200, schema: foundPage },
    },
    { params: noParams, query: searchQuery, body: noBody },
    async ({ query: { query, ...page }, principal }, { store }) => {
      const { items, nextCursor = null } = await store.conversations.search(principal, query, page)
      const body = { data: items, next_cursor: nextCursor }
      return { type: 'json', status: 200, body, tag: contentTag(JSON.stringify(body)) }
    },
  )

const createConversation = (): Route =>
  tokenRoute(
    {
      operation: 'createConversation',
      method: 'POST',
      path: '/conversations',
      summary: 'Opens an empty conversation',
      anyOf: ['chat'],
      success: { type: 'json', status: 201, schema: conversationView },
    },
    { params: noParams, query: noQuery, body: conversationCreation },
    async ({ body, principal }, { store }) => {
      const conversation = await store.conversations.create(principal, body.title)
      return { ...shown(conversation), status: 201, location: `/api/v1/conversations/${conversation.id}` }
    },
  )

const getConversation = (): Route =>
  tokenRoute(
    {
      operation: 'getConversation',
      method: 'GET',
      path: '/conversations/{id}',
      summary: 'One of them',
      anyOf: ['chat'],
      success: { type: 'json', status: 200, schema: conversationView },
      errors: ['caller_not_found'],
    },
    { params: idParams, query: noQuery, body: noBody },
    async ({ params, principal }, { store }) => {
      const conversation = await store.conversations.get(principal, params.id)
      if (conversation === undefined) throw notFound()
      return shown(conversation)
    },
  )

const patchConversation = (): Route =>
  tokenRoute(
    {
      operation: 'patchConversation',
      method: 'PATCH',
      path: '/conversations/{id}',
      summary: 'Changes its title (JSON Merge Patch, RFC 7396)',
      anyOf: ['chat'],
      success: { type: 'json', status: 200, schema: conversationView },
      errors: ['caller_not_found'],
      merged: conversationReplacement,
    },
    { params: idParams, query: noQuery, body: patchBody },
    async ({ params: { id }, body: patch, principal, ...conditions }, { store }) => {
      const conversation = await patchObject({
        read: () => store.conversations.get(principal, id),
        write: (merged, { revision }) =>
          store.conversations.update(principal, id, parseRequest(conversationReplacement, merged, 'body'), revision),
        patch,
        conditions,
      })
      if (conversation === undefined) throw notFound()
      return shown(conversation)
    },
  )

const removeConversation = (): Route =>
  tokenRoute(
    {
      operation: 'removeConversation',
      method: 'DELETE',
      path: '/conversations/{id}',
      summary: 'Removes it with its messages',
      anyOf: ['chat'],
      success: { type: 'empty' },
      errors: ['caller_not_found'],
    },
    { params: idParams, query: noQuery, body: noBody },
    async ({ params: { id }, principal, ...conditions }, { store }) => {
      const current = await store.conversations.get(principal, id)
      if (current === undefined) throw notFound()
      await store.conversations.remove(principal, id, expectedRevision(current, conditions))
      return { type: 'empty' }
    },
  )

const shown = (conversation: Conversation): Extract<Answer, { type: 'json' }> => ({
  type: 'json',
  status: 200,
  body: conversation,
  tag: revisionTag(conversation.revision),
})

const notFound = (): HearthError =>
  new HearthError('caller_not_found', 'You have no conversation of that id; list your conversations.')
