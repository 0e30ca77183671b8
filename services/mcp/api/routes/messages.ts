import { HearthError } from '../../../common/errors/hearth-error.ts'
import { contentTag } from '../entity-tag.ts'
import { type Route, tokenRoute } from '../route.ts'
import { blobView, messagePage, messageView } from '../schemas/conversation-schema.ts'
import { idParams, noBody, noQuery, pageQuery } from '../schemas/request-schema.ts'

/** What conversations are made of: messages and pictures, written by runs, read here. */
export const messageRoutes = (): readonly Route[] => [listMessages(), getMessage(), getBlob(), getBlobContent()]

const listMessages = (): Route =>
  tokenRoute(
    {
      operation: 'listMessages',
      method: 'GET',
      path: '/conversations/{id}/messages',
      summary: 'Its messages, oldest first',
      anyOf: ['chat'],
      success: { type: 'json', status: 200, schema: messagePage },
      errors: ['caller_not_found'],
    },
    { params: idParams, query: pageQuery, body: noBody },
    async ({ params, query, principal }, { store }) => {
      if ((await store.conversations.get(principal, params.id)) === undefined) throw notFound('conversation')
      const page = await store.conversations.messages(principal, params.id, query)
      const body = { data: page.items, next_cursor: page.nextCursor ?? null }
      return { type: 'json', status: 200, body, tag: contentTag(JSON.stringify(body)) }
    },
  )

const getMessage = (): Route =>
  tokenRoute(
    {
      operation: 'getMessage',
      method: 'GET',
      path: '/messages/{id}',
      summary: 'One message',
      anyOf: ['chat'],
      success: { type: 'json', status: 200, schema: messageView },
      errors: ['caller_not_found'],
    },
    { params: idParams, query: noQuery, body: noBody },
    async ({ params, principal }, { store }) => {
      const message = await store.conversations.message(principal, params.id)
      if (message === undefined) throw notFound('message')
      return { type: 'json', status: 200, body: message, tag: contentTag(JSON.stringify(message)) }
    },
  )

const getBlob = (): Route =>
  tokenRoute(
    {
      operation: 'getBlob',
      method: 'GET',
      path: '/blobs/{id}',
      summary: 'What a blob is; its bytes are at /content',
      anyOf: ['chat'],
      success: { type: 'json', status: 200, schema: blobView },
      errors: ['caller_not_found'],
    },
    { params: idParams, query: noQuery, body: noBody },
    async ({ params, principal }, { store }) => {
      const blob = await store.conversations.blob(principal, params.id)
      if (blob === undefined) throw notFound('blob')
      return { type: 'json', status: 200, body: blob, tag: contentTag(JSON.stringify(blob)) }
    },
  )

const getBlobContent = (): Route =>
  tokenRoute(
    {
      operation: 'getBlobContent',
      method: 'GET',
      path: '/blobs/{id}/content',
      summary: 'The bytes of a blob, under its media type',
      anyOf: ['chat'],
      success: { type: 'bytes' },
      errors: ['caller_not_found'],
    },
    { params: idParams, query: noQuery, body: noBody },
    async ({ params, principal }, { store }) => {
      const { id, mediaType, bytes } = await store.history.getBlob(params.id, principal.id)
      // Bytes never change under an id.
      return { type: 'bytes', mediaType, bytes, tag: `"${id}"` }
    },
  )

const notFound = (what: string): HearthError =>
  new HearthError('caller_not_found', `You have no ${what} of that id; look into your conversations.`)
