import { describe, expect, it } from 'vitest'
import { decodeBinaryFrame } from '../../services/common/contracts/protocol/binary-frame.ts'
import type { Router } from '../../services/common/contracts/router.ts'
import { fakeRouter, type RunStep, textRun } from '../../services/common/testing/fake-router.ts'
import { admin, type Client, guestToken, type Message, otherAdminToken, startGateway } from './gateway-harness.ts'
import { sha256 } from './picture-router.ts'

const create = (fields: Readonly<Record<string, unknown>> = {}) => ({
  type: 'response.create',
  stream_id: 'a',
  profile: 'demo',
  input: 'Hello?',
  ...fields,
})

const attach = (responseId: unknown, startingAfter = -1, fields: Readonly<Record<string, unknown>> = {}) => ({
  type: 'response.attach',
  response_id: responseId,
  starting_after: startingAfter,
  ...fields,
})

/** Numbered messages of a run in the order they came. */
const eventsOf = (client: Client, responseId: unknown): readonly Message[] =>
  client.texts().filter((message) => message['response_id'] === responseId && 'sequence_number' in message)

const numbersOf = (messages: readonly Message[]): readonly unknown[] =>
  messages.map(({ sequence_number }) => sequence_number)

const withoutNames = (messages: readonly Message[]): readonly unknown[] =>
  messages.map(({ stream_id: _lane, stream_no: _no, event_id: _event, ...rest }) => rest)

/** Some text, then nothing until it is cancelled. */
const halfway: readonly RunStep[] = [...textRun(['Hello', ' from']).slice(0, -1), { do: 'hang' }]

async function startHalfway(client: Client, fields: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  client.send(create(fields))
  const { response_id: responseId } = await client.next('response.created')
  await client.next('response.output_text.delta', ({ delta }) => delta === ' from')
  return responseId
}

describe('response.attach', () => {
  it('gives another socket of the user exactly the rest of an answer, from the middle on', async () => {
    await using harness = await startGateway()
    const words = Array.from({ length: 30 }, (_, index) => `${index} `)
    harness.router.enqueue(textRun(words, 5))
    const first = await harness.open()
    first.send(create({ event_id: 'mine' }))
    const { response_id: responseId } = await first.next('response.created')
    const seen = await first.next('response.output_text.delta', ({ delta }) => delta === '9 ')
    const second = await harness.open(otherAdminToken)
    second.send(attach(responseId, Number(seen['sequence_number']), { event_id: 'e' }))
    const attached = await second.next('response.attached')
    expect(attached).toMatchObject({ event_id: 'e', stream_id: 'a', stream_no: 1, status: 'in_progress' })
    await Promise.all([first.next('response.completed'), second.next('response.completed')])
    const all = eventsOf(first, responseId)
    const rest = eventsOf(second, responseId)
    expect(numbersOf(all)).toEqual(all.map((_, index) => index))
    expect(withoutNames(rest)).toEqual(withoutNames(all.slice(Number(seen['sequence_number']) + 1)))
    expect(second.texts().indexOf(attached)).toBe(1)
  })

  it('replays an answer that has ended, or says only how it ended', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    client.send(create({ stream_id: 'first lane' }))
    const completed = await client.next('response.completed')
    const all = eventsOf(client, completed['response_id'])
    const second = await harness.open()
    second.send(attach(completed['response_id'], -1, { stream_id: 'mine' }))
    expect(await second.next('response.attached')).toMatchObject({ status: 'completed', stream_id: 'mine' })
    await second.next('response.completed')
    const replayed = eventsOf(second, completed['response_id'])
    expect(withoutNames(replayed)).toEqual(withoutNames(all))
    expect(replayed.every(({ stream_id }) => stream_id === 'mine')).toBe(true)
    expect(replayed[0]).toMatchObject({ type: 'response.created', stream_no: 1 })
    second.send(attach(completed['response_id'], Number(completed['sequence_number'])))
    expect(await second.next('response.attached')).toMatchObject({
      status: 'completed',
      stream_id: 'first lane',
      stream_no: 2,
      last_sequence_number: completed['sequence_number'],
    })
    await expectAlive(second)
    expect(eventsOf(second, completed['response_id'])).toHaveLength(replayed.length)
  })

  it('takes over from an older reading of the same run in the same session', async () => {
    await using harness = await startGateway()
    harness.router.enqueue(halfway)
    const client = await harness.open()
    const responseId = await startHalfway(client)
    client.send(attach(responseId, 0, { stream_id: 'b' }))
    const attached = await client.next('response.attached')
    expect(attached).toMatchObject({ stream_id: 'b', stream_no: 2 })
    await client.next('response.output_text.delta', ({ delta }) => delta === ' from')
    expect(harness.router.readers).toBe(1)
    client.send({ type: 'response.cancel', stream_id: 'b' })
    await client.next('response.cancelled')
    const since = eventsOf(client, responseId).slice(client.texts().indexOf(attached) - 1)
    expect(numbersOf(since)).toEqual([1, 2, 3, 4, 5])
    expect(since.every(({ stream_id }) => stream_id === 'b')).toBe(true)
  })

  it('announces pictures that were there before without their bytes, and sends those that come after', async () => {
    const [before, after] = [Buffer.alloc(70_000, 1), Buffer.alloc(70_000, 2)]
    const partial = (index: number, bytes: Buffer): RunStep => ({
      do: 'emit',
      events: [
        {
          bytes,
          message: {
            type: 'response.image_generation_call.partial_image',
            item_id: 'i',
            output_index: 0,
            partial_image_index: index,
            blob_no: index,
            media_type: 'image/png',
            byte_length: bytes.byteLength,
            sha256: sha256(bytes),
          },
        },
      ],
    })
    const router = fakeRouter({ script: () => [partial(0, before), { do: 'wait', ms: 300 }, partial(1, after)] })
    await using harness = await startGateway({ router })
    const first = await harness.open()
    first.send(create())
    const { response_id: responseId } = await first.next('response.image_generation_call.partial_image')
    const second = await harness.open()
    second.send(attach(responseId))
    expect(await second.next('response.attached')).toMatchObject({ last_sequence_number: 1 })
    await second.next('response.completed')
    expect(numbersOf(eventsOf(second, responseId))).toEqual([0, 1, 2, 3])
    const chunks = second.received.flatMap((frame) => ('binary' in frame ? [decodeBinaryFrame(frame.binary)] : []))
    expect(chunks.map(({ header }) => [header.blobNo, header.sequenceNumber, header.streamNo])).toEqual([
      [1, 2, 1],
      [1, 2, 1],
    ])
    expect(Buffer.concat(chunks.map(({ payload }) => payload)).equals(after)).toBe(true)
  })

  it('begins with a snapshot where the wanted part is no longer kept', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...halfway.slice(0, -1), { do: 'trim' }, { do: 'hang' }])
    const client = await harness.open()
    const responseId = await startHalfway(client)
    const second = await harness.open()
    second.send(attach(responseId, 0))
    await second.next('response.attached')
    const snapshot = await second.next('response.snapshot')
    expect(snapshot).toMatchObject({
      response_id: responseId,
      response: { status: 'in_progress', output: [{ content: [{ text: 'Hello from' }] }] },
    })
    second.send({ type: 'response.cancel', response_id: responseId })
    const cancelled = await second.next('response.cancelled')
    expect(cancelled['sequence_number']).toBe(Number(snapshot['sequence_number']) + 1)
  })

  it.each([
    ['a run nobody knows', guestToken, 'resp_unknown', -1, 'caller_not_found', 'response_id'],
    ['a run of another user', guestToken, 'resp_fake0', -1, 'caller_not_found', 'response_id'],
    ['a number the run has not reached', undefined, 'resp_fake0', 99, 'caller_invalid_request', 'starting_after'],
  ])('refuses %s and says to what', async (_case, token, responseId, startingAfter, code, param) => {
    await using harness = await startGateway()
    harness.router.enqueue(halfway)
    await startHalfway(await harness.open())
    const client = await harness.open(token)
    client.send(attach(responseId, startingAfter, { event_id: 'e', stream_id: 's' }))
    expect(await client.next('error')).toMatchObject({
      event_id: 'e',
      stream_id: 's',
      response_id: responseId,
      error: { code, param },
    })
    expect(harness.router.readers).toBe(1)
  })

  it('uses a lane, and leaves an older reading alone when there is none', async () => {
    const config = { limits: { lanes_per_session: 2 } }
    await using harness = await startGateway({ config })
    const client = await harness.open()
    const ids: unknown[] = []
    for (const lane of ['a', 'a', 'b']) {
      harness.router.enqueue(halfway)
      ids.push(await startHalfway(client, { stream_id: lane }))
    }
    client.send(attach(ids[0], 0, { stream_id: 'c', event_id: 'e' }))
    expect(await client.next('error')).toMatchObject({ event_id: 'e', error: { code: 'policy_rate_limited' } })
    client.send({ type: 'response.cancel', response_id: ids[0] })
    expect(await client.next('response.cancelled')).toMatchObject({ stream_id: 'a' })
    client.send(attach(ids[1], 0, { stream_id: 'c' }))
    expect(await client.next('response.attached')).toMatchObject({ stream_id: 'c' })
  })

  it('bounds the attaches that a router does not answer, and forgets them with the socket', async () => {
    const signals: AbortSignal[] = []
    const router: Router = {
      ...fakeRouter(),
      runs: (_wanted, _caller, signal) => {
        signals.push(signal)
        return new Promise(() => undefined)
      },
    }
    await using harness = await startGateway({ router, limits: { pendingAttaches: 2 } })
    const client = await harness.open()
    for (const id of ['r1', 'r2', 'r2', 'r3']) client.send(attach(id, -1, { event_id: id }))
    expect(await client.next('error')).toMatchObject({ event_id: 'r3', error: { code: 'policy_rate_limited' } })
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, false])
    client.socket.terminate()
    await expect.poll(() => signals.every(({ aborted }) => aborted)).toBe(true)
    expect(harness.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('is read on when the socket closes only by those who stay, and on_disconnect goes with the newer reading', async () => {
    await using harness = await startGateway()
    harness.router.enqueue(halfway)
    const client = await harness.open()
    const responseId = await startHalfway(client, { on_disconnect: 'cancel' })
    const other = await harness.open()
    other.send(attach(responseId))
    await other.next('response.attached')
    other.socket.terminate()
    await expect.poll(() => harness.router.readers).toBe(1)
    expect(harness.router.cancels).toEqual([])
    client.send(attach(responseId))
    await client.next('response.attached')
    client.socket.terminate()
    await expect.poll(() => harness.router.cancels).toEqual([{ runId: responseId, reason: 'disconnected' }])
  })
})

describe('response.detach', () => {
  it('stops the reading, not the run, and may come again', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...halfway.slice(0, -1), { do: 'wait', ms: 150 }, ...textRun(['late'])])
    const client = await harness.open()
    const responseId = await startHalfway(client, { on_disconnect: 'cancel' })
    const detach = { type: 'response.detach', response_id: responseId }
    for (const message of [detach, detach, { ...detach, response_id: 'resp_unknown' }]) client.send(message)
    await expect.poll(() => harness.router.readers).toBe(0)
    const [run] = await harness.router.runs('live', admin, new AbortController().signal)
    expect(run?.runId).toBe(responseId)
    client.send(create({ stream_id: 'a' }))
    const completed = await client.next('response.completed')
    expect(completed['response_id']).not.toBe(responseId)
    expect(harness.router.cancels).toEqual([])
    expect(client.texts().filter(({ type }) => type === 'error')).toEqual([])
  })

  it('takes back an attach that the router has not answered', async () => {
    const inner = fakeRouter()
    const asked = Promise.withResolvers<void>()
    const router: Router = {
      ...inner,
      runs: async (wanted, caller, signal) => {
        await asked.promise
        return inner.runs(wanted, caller, signal)
      },
    }
    await using harness = await startGateway({ router })
    const client = await harness.open()
    client.send(create())
    const { response_id: responseId } = await client.next('response.completed')
    client.send(attach(responseId))
    client.send({ type: 'response.detach', response_id: responseId })
    await expectAlive(client)
    asked.resolve()
    await expectAlive(client)
    expect(client.texts().filter(({ type }) => type === 'response.attached' || type === 'error')).toEqual([])
  })
})

describe('response.cancel of a run that was attached to', () => {
  it.each(['stream_id', 'response_id'])('works by %s', async (by) => {
    await using harness = await startGateway()
    harness.router.enqueue(halfway)
    const responseId = await startHalfway(await harness.open())
    const other = await harness.open()
    other.send(attach(responseId, -1, { stream_id: 'mine' }))
    other.send({ type: 'response.cancel', [by]: by === 'stream_id' ? 'mine' : responseId })
    expect(await other.next('response.cancelled')).toMatchObject({ response_id: responseId, stream_id: 'mine' })
    expect(other.texts().filter(({ type }) => type === 'error')).toEqual([])
  })
})

async function expectAlive(client: Client): Promise<void> {
  client.send({ type: 'ping', id: 'alive?' })
  expect(await client.next('pong')).toMatchObject({ id: 'alive?' })
}
