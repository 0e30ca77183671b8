import { describe, expect, it } from 'vitest'
import { textScript } from '../../services/common/testing/fake-adapters.ts'
import { make } from '../router/router-harness.ts'
import { type Client, type Message, startGateway } from './gateway-harness.ts'

const create = { type: 'response.create', stream_id: 'a', profile: 'demo', input: 'Hello?' }
const words = Array.from({ length: 40 }, (_, index) => `${index} `)

const textOf = (messages: readonly Message[]): string =>
  messages.flatMap(({ type, delta }) => (type === 'response.output_text.delta' ? [String(delta)] : [])).join('')

const numbered = (client: Client): readonly Message[] =>
  client.texts().filter((message) => 'sequence_number' in message)

/** The range of numbers a message stands for. */
const rangeOf = (message: Message): readonly [number, number] => [
  Number(message['first_sequence_number'] ?? message['sequence_number']),
  Number(message['sequence_number']),
]

describe('with the real router', () => {
  it('a socket that is cut mid-answer comes back as the same session and misses nothing', async () => {
    const { router, adapters } = make()
    adapters.enqueue(textScript(words).flatMap((step) => [step, { do: 'wait', ms: 4 }]))
    await using harness = await startGateway({ router })
    const first = await harness.open()
    first.send(create)
    const { response_id: responseId } = await first.next('response.created')
    await first.next('response.output_text.delta', ({ delta }) => String(delta).includes('9 '))
    first.socket.terminate()
    const before = numbered(first)
    const lastSeen = rangeOf(before.at(-1) ?? { type: 'none' })[1]
    const resume = { session_id: first.session['session_id'], token: first.session['resume_token'] }
    const second = await harness.open(undefined, { resume })
    expect(second.session).toMatchObject({
      session_id: resume.session_id,
      live: [{ response_id: responseId, stream_id: 'a' }],
    })
    second.send({ type: 'response.attach', response_id: responseId, starting_after: lastSeen })
    await second.next('response.attached')
    await second.next('response.completed')
    const whole = [...before, ...numbered(second)]
    expect(textOf(whole)).toBe(words.join(''))
    const ranges = whole.map(rangeOf)
    expect(ranges.slice(1).map(([start]) => start)).toEqual(ranges.slice(0, -1).map(([, end]) => end + 1))
    const third = await harness.open()
    third.send({ type: 'response.attach', response_id: responseId, starting_after: -1 })
    expect(await third.next('response.attached')).toMatchObject({ status: 'completed' })
    await third.next('response.completed')
    expect(numbered(third)[0]).toMatchObject({ sequence_number: 0, type: 'response.created' })
    expect(textOf(third.texts())).toBe(words.join(''))
  })

  it('a lane goes on in order after a resume', async () => {
    const { router, adapters } = make()
    adapters.enqueue([...textScript(['one']).slice(0, 2), { do: 'hang' }])
    await using harness = await startGateway({ router })
    const first = await harness.open()
    first.send(create)
    const { response_id: responseId } = await first.next('response.created')
    first.socket.terminate()
    const resume = { session_id: first.session['session_id'], token: first.session['resume_token'] }
    const second = await harness.open(undefined, { resume })
    second.send(create)
    expect(await second.next('response.queued')).toMatchObject({ stream_id: 'a', position: 1 })
    second.send({ type: 'response.cancel', response_id: responseId })
    await second.next('response.completed')
  })
})
