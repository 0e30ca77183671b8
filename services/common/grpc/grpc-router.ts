import { type Channel, type Client, createChannel, createClientFactory } from 'nice-grpc'
import { type DeadlineOptions, deadlineMiddleware } from 'nice-grpc-client-middleware-deadline'
import type { Principal } from '../contracts/principal.ts'
import type { Router } from '../contracts/router.ts'
import type { RunEvent } from '../contracts/run-event.ts'
import type {
  CancelReason,
  EmbeddingAnswer,
  EmbeddingRequest,
  RunRef,
  RunRequest,
  RunView,
} from '../contracts/run-request.ts'
import type { Part } from '../lifecycle/part.ts'
import { joinBatches } from './batch-frames.ts'
import { clientOptions } from './channel-options.ts'
import { requireClusterToken } from './cluster-token.ts'
import { decodeEmbeddings } from './embeddings-codec.ts'
import { isDeadline, newPeerCall, type Peer, type PeerCall } from './peer-call.ts'
import { decodeRunEvent } from './run-event-codec.ts'
import { cancelReasons, encodePrincipal, encodeRunRequest } from './run-request-codec.ts'
import { decodeRunView } from './run-view-codec.ts'
import { routerService, runEventFraming } from './services.ts'
import { present } from './wire-values.ts'

/** Admission waits for the store. */
const startMs = 30_000
const cancelMs = 5000
const runsMs = 5000
/** The profile's own timeout is the one that should fire. */
const embedMs = 3_600_000
/** One call of `attach`; a run that goes on longer is attached to again, where the call ended. */
const attachMs = 3_600_000

/**
 * The router of another process, at `HOST:PORT`. Connects on first use and again after every loss; a loss is the
 * retryable `gateway_overloaded`. Stopping the part closes the connection.
 */
export function createGrpcRouter(
  address: string,
  clusterToken: string,
): { readonly router: Router; readonly part: Part } {
  const channel: Channel = createChannel(address, undefined, clientOptions)
  const client = createClientFactory().use(deadlineMiddleware).create(routerService, channel)
  const peer: Peer = {
    name: 'router',
    clusterToken: requireClusterToken(clusterToken),
    lostCode: 'gateway_overloaded',
  }
  const part: Part = { name: 'grpc router', start: async () => undefined, stop: async () => channel.close() }
  return { router: new GrpcRouter(client, peer), part }
}

class GrpcRouter implements Router {
  readonly #client: Client<typeof routerService, DeadlineOptions>
  readonly #peer: Peer

  constructor(client: Client<typeof routerService, DeadlineOptions>, peer: Peer) {
    this.#client = client
    this.#peer = peer
  }

  async start(request: RunRequest, caller: Principal, signal: AbortSignal): Promise<RunRef> {
    const call = newPeerCall(this.#peer, signal, startMs)
    const message = { request: encodeRunRequest(request), caller: encodePrincipal(caller) }
    return translated(call, () => this.#client.start(message, call.options))
  }

  async *attach(
    runId: string,
    startingAfter: number,
    caller: Principal,
    signal: AbortSignal,
  ): AsyncIterable<readonly RunEvent[]> {
    let last = startingAfter
    while (!signal.aborted) {
      const call = newPeerCall(this.#peer, signal, attachMs)
      try {
        const request = { runId, startingAfter: last, caller: encodePrincipal(caller) }
        for await (const { events } of joinBatches(runEventFraming, this.#client.attach(request, call.options))) {
          last = events.at(-1)?.sequenceNumber ?? last
          yield events.map(decodeRunEvent)
        }
        return
      } catch (thrown) {
        if (!signal.aborted && !isDeadline(thrown)) throw call.translate(thrown)
      }
    }
  }

  async runs(
    wanted: { readonly runId: string } | 'live',
    caller: Principal,
    signal: AbortSignal,
  ): Promise<readonly RunView[]> {
    const call = newPeerCall(this.#peer, signal, runsMs)
    const named = wanted === 'live' ? {} : wanted
    const message = { ...named, caller: encodePrincipal(caller) }
    const views: RunView[] = []
    return translated(call, async () => {
      for await (const { runs } of this.#client.runs(message, call.options)) views.push(...runs.map(decodeRunView))
      return views
    })
  }

  async cancel(runId: string, reason: CancelReason, caller: Principal): Promise<void> {
    const call = newPeerCall(this.#peer, new AbortController().signal, cancelMs)
    const message = { runId, reason: cancelReasons.encode(reason), caller: encodePrincipal(caller) }
    await translated(call, () => this.#client.cancel(message, call.options))
  }

  async embed(request: EmbeddingRequest, caller: Principal, signal: AbortSignal): Promise<EmbeddingAnswer> {
    const call = newPeerCall(this.#peer, signal, embedMs)
    const message = { ...request, inputs: [...request.inputs], caller: encodePrincipal(caller) }
    const { embeddings, ...answer } = await translated(call, () => this.#client.embed(message, call.options))
    return { ...answer, ...decodeEmbeddings(present(embeddings, 'embeddings')) }
  }
}

async function translated<Value>(call: PeerCall, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (thrown) {
    throw call.translate(thrown)
  }
}
