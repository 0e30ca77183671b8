import { describe, expect, it } from 'vitest'
import { startGateway } from './gateway-harness.ts'

describe('runs', () => {
  it('streams an answer from created to completed with gap-free numbers', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    client.send({ type: 'response.create', stream_id: 'a', event_id: 'e1', profile: 'demo', input: 'Hello?' })
    const created = await client.next('response.created')
    expect(created).toMatchObject({ event_id: 'e1', stream_id: 'a', sequence_number: 0, stream_no: 1, profile: 'demo' })
    await client.next('response.completed')
    const events = client.texts().filter((message) => message['response_id'] === created['response_id'])
    expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index))
    expect(events.filter(({ type }) => type === 'response.output_text.delta').map(({ delta }) => delta)).toEqual([
      'Hello',
      ' from',
      ' the',
      ' hearth',
    ])
    expect(events.slice(1).some((event) => 'event_id' in event)).toBe(false)
  })
})
