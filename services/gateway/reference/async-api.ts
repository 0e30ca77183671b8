import { closeCodes } from '../../common/contracts/protocol/close-codes.ts'
import { bearerPrefix, protocolName } from '../../common/contracts/protocol/limits.ts'
import { socketPath } from '../handshake/judge-upgrade.ts'
import { type MessageEntry, messageCatalog } from './message-catalog.ts'

/** The WebSocket as an AsyncAPI 3.0 document, made from the schemas that validate it. Actions are the server's. */
export function asyncApiDocument(version: string): Readonly<Record<string, unknown>> {
  const messages = messageCatalog()
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Hearth WebSocket protocol',
      version,
      description: `Subprotocol \`${protocolName}\`. Messages marked x-planned are known and not served yet.`,
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      local: {
        host: '127.0.0.1:8080',
        protocol: 'ws',
        security: [{ $ref: '#/components/securitySchemes/bearer' }],
      },
    },
    channels: {
      socket: {
        address: socketPath,
        title: 'One connection, many lanes',
        messages: Object.fromEntries(messages.map(({ type }) => [type, reference('components/messages', type)])),
        bindings: { ws: { method: 'GET' } },
        'x-close-codes': Object.values(closeCodes),
      },
    },
    operations: {
      receiveFromClient: operation('receive', 'Client to server', ofSide(messages, 'client')),
      sendToClient: operation('send', 'Server to client', ofSide(messages, 'server')),
    },
    components: {
      messages: Object.fromEntries(messages.map((entry) => [entry.type, message(entry)])),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: `Or subprotocol \`${bearerPrefix}<token>\`, or \`auth\` in session.hello.`,
        },
      },
    },
  }
}

const ofSide = (messages: readonly MessageEntry[], from: MessageEntry['from']): readonly MessageEntry[] =>
  messages.filter((entry) => entry.from === from)

const reference = (place: string, name: string): Readonly<Record<string, string>> => ({ $ref: `#/${place}/${name}` })

const operation = (
  action: 'receive' | 'send',
  summary: string,
  messages: readonly MessageEntry[],
): Readonly<Record<string, unknown>> => ({
  action,
  summary,
  channel: reference('channels', 'socket'),
  messages: messages.map(({ type }) => reference('channels/socket/messages', type)),
})

const message = ({ type, description, schema, isPlanned }: MessageEntry): Readonly<Record<string, unknown>> => ({
  name: type,
  title: type,
  summary: description,
  payload: schema,
  ...(isPlanned ? { 'x-planned': true } : {}),
})
