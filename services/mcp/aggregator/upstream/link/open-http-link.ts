import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Client,
  type OAuthClientProvider,
  type PriorDiscovery,
  SSEClientTransport,
  SseError,
  type Transport,
} from '@modelcontextprotocol/client'
import { abortable } from '../../../../common/lifecycle/abortable.ts'
import type { Egress } from '../http/egress.ts'
import { createPinnedFetch, type PinnedFetch, type Reading } from '../http/pinned-fetch.ts'
import { PinnedWire } from '../http/pinned-wire.ts'
import { Conversation } from './conversation.ts'
import { createClient, joinConversation, listenToChanges, relayedCapabilities } from './create-client.ts'
import { type TransportWays, WatchedHttpTransport } from './http-transport.ts'
import type { Link, LinkEvents } from './link.ts'
import { ShortPost } from './short-post.ts'
import type { UpstreamClient } from './upstream-client.ts'

/** A session is ended at its server too, when that does not take longer. */
const goodbyeMs = 3000
const hastyGoodbyeMs = 200

export interface HttpTarget {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly egress: Egress
  readonly transport: 'http' | 'sse'
  readonly authProvider: OAuthClientProvider | undefined
  readonly maxMessageBytes: number
  /** Of an answer to a call, as it stands in this moment. */
  readonly maxAnswerBytes: () => number
  readonly maxSockets: number
}

export interface HttpAttempt {
  readonly target: HttpTarget
  /** Undefined: the era is asked for. */
  readonly prior: PriorDiscovery | undefined
  readonly events: LinkEvents
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** Reaches an upstream over HTTP and agrees with it on the protocol. @throws what the SDK, the system or the rule throws. */
export async function openHttpLink({ target, prior, events, signal, timeoutMs }: HttpAttempt): Promise<Link> {
  const wire = new PinnedWire(target.egress, target.maxSockets)
  const transportOf = transportsTo(target, wire, () => events.onListsChanged())
  const conversation = new Conversation()
  const client = createClient({ capabilities: relayedCapabilities, versionNegotiation: { mode: 'auto' } })
  joinConversation(client, conversation)
  listenToChanges(client, events)
  const lost = lossOf(client)
  const transport = transportOf(client)
  const giveUp = () => void transport.close().catch(() => undefined)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    const order = { signal, timeout: timeoutMs, ...(prior === undefined ? {} : { prior }) }
    // The old transport never says that it was closed while it waited for its first event.
    await abortable(client.connect(transport, order), signal)
    if (prior?.kind === 'modern') await client.discover({ signal, timeout: timeoutMs })
  } catch (error) {
    await client.close().catch(() => undefined)
    wire.close()
    throw error
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
  return httpLink({ client, conversation, lost, wire, transportOf })
}

function transportsTo(
  target: HttpTarget,
  wire: PinnedWire,
  onListsChanged: () => void,
): (client: UpstreamClient) => Transport {
  const { url, headers, authProvider, maxMessageBytes } = target
  const readings = new AsyncLocalStorage<Reading>()
  const pinned = createPinnedFetch(wire, { maxMessageBytes, onListsChanged, reading: () => readings.getStore() })
  const options = {
    fetch: withHeaders(target, pinned),
    redirectPolicy: 'same-origin' as const,
    ...(authProvider === undefined ? {} : { authProvider }),
  }
  if (target.transport === 'sse') return () => new SSEClientTransport(url, options)
  const ways: Omit<TransportWays, 'take'> = {
    run: (reading, work) => readings.run(reading, work),
    // Tokens are got and renewed by the SDK.
    short: authProvider === undefined ? new ShortPost(wire, url, headers) : undefined,
    maxAnswerBytes: target.maxAnswerBytes,
  }
  return (client) => new WatchedHttpTransport(url, options, { ...ways, take: (answer) => client.take(answer) })
}

/** The declared headers are for the server alone: the SDK fetches from its authorization server too. */
const withHeaders =
  ({ url: own, headers }: HttpTarget, fetch: PinnedFetch): PinnedFetch =>
  (url, init = {}) => {
    if (new URL(url).origin !== own.origin) return fetch(url, init)
    const merged = new Headers({ ...headers })
    for (const [name, value] of new Headers(init.headers)) merged.set(name, value)
    return fetch(url, { ...init, headers: merged })
  }

/** The old transport says that its stream broke and connects again by itself; what waited for an answer waits in vain. */
function lossOf(client: Client): Promise<string> {
  return new Promise((resolve) => {
    client.onclose = () => resolve('the connection was closed')
    client.onerror = (error) => {
      if (SseError.isInstance(error)) void client.close().catch(() => undefined)
    }
  })
}

interface HttpLinkParts {
  readonly client: UpstreamClient
  readonly conversation: Conversation
  readonly lost: Promise<string>
  readonly wire: PinnedWire
  readonly transportOf: (client: UpstreamClient) => Transport
}

function httpLink({ client, conversation, lost, wire, transportOf }: HttpLinkParts): Link {
  const era = client.getProtocolEra() ?? 'legacy'
  const discover = client.getDiscoverResult()
  return {
    era,
    client,
    conversation,
    lost,
    group: undefined,
    lease: async (asker) => {
      if (era === 'legacy' || discover === undefined || asker.logLevel === undefined) return shared(client)
      const own = createClient({ capabilities: asker.capabilities })
      own.setNotificationHandler('notifications/message', ({ params }) => asker.onLog?.(params))
      await own.connect(transportOf(own), { prior: { kind: 'modern', discover } })
      return { client: own, [Symbol.dispose]: () => void own.close().catch(() => undefined) }
    },
    close: async (atOnce) => {
      const { transport } = client
      if (transport instanceof WatchedHttpTransport) {
        const ended = transport.terminateSession().catch(() => undefined)
        await Promise.race([ended, afterMs(goodbyeMs), aborted(atOnce).then(() => afterMs(hastyGoodbyeMs))])
      }
      await client.close().catch(() => undefined)
      wire.close()
    },
  }
}

const shared = (client: UpstreamClient) => ({ client, [Symbol.dispose]: () => undefined })

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

const afterMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())
