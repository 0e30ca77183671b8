import type { ServiceImplementation } from 'nice-grpc'
import type { AdapterSet } from '../contracts/adapter-set.ts'
import { encodeAdapterInfo } from './adapter-info-codec.ts'
import { splitBatch } from './batch-frames.ts'
import { encodeEmbeddings } from './embeddings-codec.ts'
import { encodeGenerateEvent } from './generate-event-codec.ts'
import { decodeGenerateRequest } from './generate-request-codec.ts'
import { type adapterService, generateFraming } from './services.ts'
import { dropUndefined, present } from './wire-values.ts'

/** An AdapterSet, as gRPC serves it. */
export function implementAdapters(adapters: AdapterSet): ServiceImplementation<typeof adapterService> {
  return {
    describe: async (_request, { signal }) => ({ adapters: (await adapters.describe(signal)).map(encodeAdapterInfo) }),
    async *generate({ adapter, request }, { signal }) {
      const decoded = decodeGenerateRequest(present(request, 'request'))
      for await (const batch of adapters.generate(adapter, decoded, signal)) {
        yield* splitBatch(generateFraming, { events: batch.map(encodeGenerateEvent) })
      }
    },
    embed: async ({ adapter, request }, { signal }) =>
      encodeEmbeddings(await adapters.embed(adapter, dropUndefined(present(request, 'request')), signal)),
  }
}
