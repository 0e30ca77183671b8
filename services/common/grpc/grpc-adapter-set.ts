import { type Channel, createChannel, createClientFactory } from 'nice-grpc'
import { deadlineMiddleware } from 'nice-grpc-client-middleware-deadline'
import type { AdapterSet } from '../contracts/adapter-set.ts'
import { HearthError } from '../errors/hearth-error.ts'
import type { Part } from '../lifecycle/part.ts'
import { decodeAdapterInfo } from './adapter-info-codec.ts'
import { joinBatches } from './batch-frames.ts'
import { clientOptions } from './channel-options.ts'
import { requireClusterToken } from './cluster-token.ts'
import { decodeEmbeddings } from './embeddings-codec.ts'
import { decodeGenerateEvent } from './generate-event-codec.ts'
import { encodeGenerateRequest } from './generate-request-codec.ts'
import { newPeerCall, type Peer } from './peer-call.ts'
import { adapterService, generateFraming } from './services.ts'

const describeMs = 5000

export interface GrpcAdapterSetOptions {
  /** How long a call may go on after `timeouts.totalMs`: the adapter's own timer is the one that should fire. Default 5000. */
  readonly deadlineGraceMs?: number
}

/**
 * The adapters of another process, at `HOST:PORT`. Connects on first use and again after every loss; a loss fails the
 * attempt with `provider_connection_failed`. Stopping the part closes the connection.
 */
export function createGrpcAdapterSet(
  address: string,
  clusterToken: string,
  options: GrpcAdapterSetOptions = {},
): { readonly adapters: AdapterSet; readonly part: Part } {
  const { deadlineGraceMs = 5000 } = options
  const channel: Channel = createChannel(address, undefined, clientOptions)
  const client = createClientFactory().use(deadlineMiddleware).create(adapterService, channel)
  const peer: Peer = {
    name: 'adapters',
    clusterToken: requireClusterToken(clusterToken),
    lostCode: 'provider_connection_failed',
  }
  const adapters: AdapterSet = {
    describe: async (signal) => {
      const call = newPeerCall({ ...peer, lostCode: 'gateway_no_adapter' }, signal, describeMs)
      try {
        return (await client.describe({}, call.options)).adapters.map(decodeAdapterInfo)
      } catch (thrown) {
        throw call.translate(thrown)
      }
    },
    async *generate(adapter, request, signal) {
      const call = newPeerCall(peer, signal, request.timeouts.totalMs + deadlineGraceMs)
      try {
        const frames = client.generate({ adapter, request: encodeGenerateRequest(request) }, call.options)
        for await (const { events } of joinBatches(generateFraming, frames)) yield events.map(decodeGenerateEvent)
      } catch (thrown) {
        throw call.translate(thrown)
      }
      if (signal.aborted) throw new HearthError('caller_cancelled', 'The request was cancelled.')
    },
    embed: async (adapter, request, signal) => {
      const call = newPeerCall(peer, signal, request.timeoutMs + deadlineGraceMs)
      try {
        const message = { adapter, request: { ...request, inputs: [...request.inputs] } }
        return decodeEmbeddings(await client.embed(message, call.options))
      } catch (thrown) {
        throw call.translate(thrown)
      }
    },
  }
  const part: Part = { name: 'grpc adapters', start: async () => undefined, stop: async () => channel.close() }
  return { adapters, part }
}
