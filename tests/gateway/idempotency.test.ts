import { describe, expect, it } from 'vitest'
import type { Router } from '../../services/common/contracts/router.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { fakeRouter, textRun } from '../../services/common/testing/fake-router.ts'
import { startGateway } from './gateway-harness.ts'

describe('an idempotency key whose run is no longer kept', () => {
  it.each(['gateway_replay_gap', 'caller_not_found'] as const)(
    'is answered by the same response_id and where to read the answer (%s)',
    async (code) => {
      const inner = fakeRouter()
      const router: Router = {
        ...inner,
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

describe('an idempotency key whose run has lost its beginning', () => {
  it('is answered by response.created and then by what is left', async () => {
    const inner = fakeRouter({ script: () => [...textRun(['a', 'b']).slice(0, -1), { do: 'trim' }] })
    const router: Router = {
      ...inner,
      start: async (request, caller, signal) => {
        const first = inner.starts[0] === undefined ? await inner.start(request, caller, signal) : undefined
        return first ?? { runId: 'resp_fake0', conversation: 'conv_resp_fake0', profile: 'demo', existing: true }
      },
    }
    await using harness = await startGateway({ router })
    const client = await harness.open()
    client.send({ type: 'response.create', stream_id: 'a', input: 'x', event_id: 'one', idempotency_key: 'k' })
    await client.next('response.completed')
    client.send({ type: 'response.create', stream_id: 'a', input: 'x', event_id: 'two', idempotency_key: 'k' })
    expect(await client.next('response.created')).toMatchObject({
      event_id: 'two',
      response_id: 'resp_fake0',
      sequence_number: 0,
    })
    expect(await client.next('response.snapshot')).toMatchObject({ response: { output: [{ type: 'message' }] } })
    await client.next('response.completed')
  })
})
