import type { Client, ClientCapabilities, VersionNegotiationOptions } from '@modelcontextprotocol/client'
import { z } from 'zod'
import type { Conversation } from './conversation.ts'
import { identity } from './identity.ts'
import type { LinkEvents } from './link.ts'
import { UpstreamClient } from './upstream-client.ts'

const maxPages = 64

/** Declared to a legacy upstream, which is told once for all who will ask: what can be relayed at all. */
export const relayedCapabilities: ClientCapabilities = {
  elicitation: { form: {}, url: {} },
  sampling: {},
  roots: {},
}

export interface ClientOptions {
  readonly capabilities: ClientCapabilities
  readonly versionNegotiation?: VersionNegotiationOptions
}

/**
 * A client of the SDK that interprets nothing: schemas of upstreams are not compiled (theirs could keep us busy), nothing
 * is answered or cached on the way.
 */
export function createClient({ capabilities, versionNegotiation }: ClientOptions): UpstreamClient {
  return new UpstreamClient(identity, {
    capabilities,
    jsonSchemaValidator: {
      getValidator: () => (input: unknown) => ({ valid: true, data: input as never, errorMessage: undefined }),
    },
    inputRequired: { autoFulfill: false },
    listMaxPages: maxPages,
    ...(versionNegotiation === undefined ? {} : { versionNegotiation }),
  })
}

/** Hears what the upstream tells by itself. */
export function listenToChanges(client: Client, events: LinkEvents): void {
  for (const what of ['tools', 'prompts', 'resources'] as const) {
    client.setNotificationHandler(`notifications/${what}/list_changed`, () => events.onListsChanged())
  }
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => events.onResourceUpdated(params.uri))
}

/** Relays what a legacy upstream asks, and messages of its log. */
export function joinConversation(client: Client, conversation: Conversation): void {
  client.setNotificationHandler('notifications/message', ({ params }) => conversation.log(params))
  // The SDK checks elicitations and samplings; what else is in them is for whoever answers.
  const anything = z.looseObject({})
  for (const method of ['elicitation/create', 'sampling/createMessage', 'roots/list'] as const) {
    client.setRequestHandler(method, { params: anything, result: anything }, (params) =>
      conversation.ask({ method, params }),
    )
  }
}
