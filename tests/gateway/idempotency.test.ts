import { describe, expect, it } from 'vitest'
import type { Router } from '../../services/common/contracts/router.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { fakeRouter } from '../../services/common/testing/fake-router.ts'
import { startGateway } from './gateway-harness.ts'

describe('an idempotency key whose run is no longer kept', () => {
  it.each(['gateway_replay_gap', 'caller_not_found'] as const)(
    'is answered by the same response_id and where to read the answer (%s)',
    async (code) => {
      const inner = fakeRouter()
      const router: Router = {
        cancel: inner.cancel,
        embed: inner.embed,
        start: async () => ({ runId: 'resp_old', conversation: 'conv_old', profile: 'demo', existing: true }),
        // biome-ignore lint/correctness/useYield: it fails before its first batch
        async *attach() {
          throw new HearthError(code, 'gone')
        },
      }
      await using harness = await startGateway({ router })
      const client = await harness.open()
      client.send({ type: 'response.create', stream_id: 'a', input: 'x', event_id: 'again', idempotency_key: 'k' })
      expect(await client.next('response.created')).toMatchObject({
        event_id: 'again',
        response_id: 'resp_old',
        conversation: 'conv_old',
        sequence_number: 0,
      })
      expect(await client.next('error')).toMatchObject({
        event_id: 'again',
        response_id: 'resp_old',
        error: { code: 'gateway_replay_gap' },
      })
    },
  )
})
