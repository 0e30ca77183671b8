import { setImmediate as nextTick } from 'node:timers/promises'
import type { ServiceImplementation } from 'nice-grpc'
import { RunsResponse } from '../../../proto/gen/hearth/v1/router.ts'
import type { Router } from '../contracts/router.ts'
import { splitBatch } from './batch-frames.ts'
import { encodeEmbeddings } from './embeddings-codec.ts'
import { encodeRunEvent } from './run-event-codec.ts'
import { cancelReasons, decodePrincipal, decodeRunRequest } from './run-request-codec.ts'
import { encodeRunView } from './run-view-codec.ts'
import { type routerService, runEventFraming } from './services.ts'
import { dropUndefined, present } from './wire-values.ts'

/** Some hundred bytes each. */
const runsPerMessage = 1000

/** A Router, as gRPC serves it. */
export function implementRouter(router: Router): ServiceImplementation<typeof routerService> {
  return {
    start: ({ request, caller }, { signal }) =>
      router.start(decodeRunRequest(present(request, 'request')), decodePrincipal(caller), signal),
    async *attach({ runId, startingAfter, caller }, { signal }) {
      for await (const batch of router.attach(runId, startingAfter, decodePrincipal(caller), signal)) {
        yield* splitBatch(runEventFraming, { events: batch.map(encodeRunEvent) })
        // What comes within this tick goes into one message: a message costs more than its events.
        await nextTick()
      }
    },
    async *runs({ runId, caller }, { signal }) {
      const views = await router.runs(runId === undefined ? 'live' : { runId }, decodePrincipal(caller), signal)
      for (let start = 0; start < views.length; start += runsPerMessage) {
        const runs = views.slice(start, start + runsPerMessage).map(encodeRunView)
        yield RunsResponse.encode({ runs }).finish()
      }
    },
    cancel: async ({ runId, reason, caller }) => {
      await router.cancel(runId, cancelReasons.decode(reason), decodePrincipal(caller))
      return {}
    },
    embed: async ({ profile, inputs, dimensions, caller }, { signal }) => {
      const request = { inputs, ...dropUndefined({ profile, dimensions }) }
      const answer = await router.embed(request, decodePrincipal(caller), signal)
      const { provider, model } = answer
      return { profile: answer.profile, provider, model, embeddings: encodeEmbeddings(answer) }
    },
  }
}
