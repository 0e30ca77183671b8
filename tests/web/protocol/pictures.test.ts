import { describe, expect, it } from 'vitest'
import type { AnswerState } from '../../../clients/web/src/protocol/answer-state.ts'
import { binaryKinds } from '../../../services/common/contracts/protocol/binary-frame.ts'
import type { RunMessage } from '../../../services/common/contracts/run-event.ts'
import { connected, untilState } from './support/open-client.ts'
import { type Peer, ScriptedHouse } from './support/scripted-house.ts'

const at = { item_id: 'ig_0', output_index: 0 }
const size = 150_000
const blob = (no: number) => ({ blob_no: no, media_type: 'image/png', byte_length: size, sha256: '0'.repeat(64) })
const created: RunMessage = { type: 'response.created', profile: 'assistant', conversation: 'conv_1' }
const added: RunMessage = {
  type: 'response.output_item.added',
  output_index: 0,
  item: { type: 'image_generation_call', id: 'ig_0', status: 'in_progress' },
}
const partial = (no: number): RunMessage => ({
  type: 'response.image_generation_call.partial_image',
  ...at,
  partial_image_index: no,
  ...blob(no),
})
const whole: RunMessage = { type: 'response.image_generation_call.completed', ...at, blob_id: 'blob_1', ...blob(9) }
const done: RunMessage = {
  type: 'response.output_item.done',
  output_index: 0,
  item: { type: 'image_generation_call', id: 'ig_0', status: 'completed', blob_id: 'blob_1' },
}

const bytesOf = (no: number): Uint8Array => new Uint8Array(size).fill(no)

/** As the gateway cuts it. */
function sendBytes(peer: Peer, blobNo: number, sequenceNumber: number, upTo = size): void {
  const bytes = bytesOf(blobNo)
  for (let offset = 0; offset < upTo; offset += 65_536) {
    const end = Math.min(offset + 65_536, size)
    const kind = blobNo === 9 ? binaryKinds.imageFinal : binaryKinds.imagePartial
    peer.frame(
      { kind, last: end === size, replayed: false, streamNo: 1, blobNo, sequenceNumber, offset },
      bytes.subarray(offset, end),
    )
  }
}

const pictureOf = ({ items }: AnswerState) => {
  const item = items[0]
  return item?.kind === 'picture' ? item : undefined
}

async function asked() {
  const house = await ScriptedHouse.start()
  const opened = await connected(house)
  const answer = opened.client.ask({ text: 'A cat', modalities: ['image'] })
  await opened.peer.next('response.create')
  opened.peer.event('answer-1', 0, created)
  opened.peer.event('answer-1', 1, added)
  const dispose = async (): Promise<void> => {
    opened.client.stop()
    await house[Symbol.asyncDispose]()
  }
  return { house, opened, peer: opened.peer, answer, [Symbol.asyncDispose]: dispose }
}

describe('a picture of an answer', () => {
  it('sharpens with every one that came whole', async () => {
    await using test = await asked()
    const { peer, answer } = test
    const steps: number[] = []
    answer.onChange(() => steps.push(pictureOf(answer.state)?.steps ?? 0))
    peer.event('answer-1', 2, partial(0))
    sendBytes(peer, 0, 2)
    peer.event('answer-1', 3, partial(1))
    sendBytes(peer, 1, 3)
    peer.event('answer-1', 4, whole)
    sendBytes(peer, 9, 4)
    peer.event('answer-1', 5, done)
    const state = await untilState(answer, ({ items }) => items[0]?.isDone === true)
    expect(pictureOf(state)).toEqual({
      kind: 'picture',
      id: 'ig_0',
      picture: { mediaType: 'image/png', bytes: bytesOf(9) },
      steps: 3,
      blobId: 'blob_1',
      isDone: true,
    })
    expect(new Set(steps)).toEqual(new Set([0, 1, 2, 3]))
  })

  it('whose last bytes were lost with the connection is to be fetched', async () => {
    await using test = await asked()
    const { house, peer, answer } = test
    peer.event('answer-1', 2, partial(0))
    sendBytes(peer, 0, 2)
    peer.event('answer-1', 3, whole)
    sendBytes(peer, 9, 3, 65_536)
    await untilState(answer, (state) => pictureOf(state)?.blobId === 'blob_1')
    expect(pictureOf(answer.state)?.picture?.bytes).toEqual(bytesOf(0))
    peer.socket.terminate()
    await untilState(answer, (state) => pictureOf(state)?.picture === undefined)
    const next = await house.peer(1)
    expect((await next.next('response.attach')).starting_after).toBe(3)
    expect(pictureOf(answer.state)).toMatchObject({ blobId: 'blob_1', picture: undefined, steps: 1 })
  })

  it('that only a replay mentions is to be fetched, and the next ones come with their bytes', async () => {
    await using test = await asked()
    const { house, peer, answer } = test
    await untilState(answer, ({ items }) => items.length === 1)
    peer.socket.terminate()
    const next = await house.peer(1)
    const { stream_id, response_id } = await next.next('response.attach')
    next.send({
      type: 'response.attached',
      stream_id,
      response_id,
      stream_no: 1,
      status: 'in_progress',
      last_sequence_number: 2,
    })
    next.event('answer-1', 2, partial(0))
    next.event('answer-1', 3, partial(1))
    sendBytes(next, 1, 3)
    await untilState(answer, (state) => pictureOf(state)?.steps === 1)
    expect(pictureOf(answer.state)?.picture?.bytes).toEqual(bytesOf(1))
    next.socket.terminate()
    const last = await house.peer(2)
    await last.next('response.attach')
    last.send({
      type: 'response.attached',
      stream_id,
      response_id,
      stream_no: 1,
      status: 'in_progress',
      last_sequence_number: 5,
    })
    last.event('answer-1', 4, whole)
    last.event('answer-1', 5, done)
    const state = await untilState(answer, ({ items }) => items[0]?.isDone === true)
    expect(pictureOf(state)).toMatchObject({ picture: undefined, blobId: 'blob_1', steps: 1 })
  })
})

describe('the pictures of a question', () => {
  it('are uploaded before it, in chunks, and again on the next connection', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const bytes = Uint8Array.from({ length: 5_000_000 }, (_, index) => index % 251)
    opened.client.ask({
      text: 'What is this?',
      pictures: [
        { mediaType: 'image/jpeg', bytes },
        { mediaType: 'image/png', bytes: bytes.subarray(0, 10) },
      ],
    })
    for (const [peer, blobNos] of [
      [opened.peer, [1, 2]],
      [undefined, [3, 4]],
    ] as const) {
      const end = peer ?? (await house.peer(1))
      const create = await end.next('response.create')
      expect(create.input).toEqual([
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            ...blobNos.map((blob_no) => ({ type: 'input_image', blob_no })),
          ],
        },
      ])
      expect(end.all('blob.begin').map(({ blob_no, byte_length }) => [blob_no, byte_length])).toEqual([
        [blobNos[0], 5_000_000],
        [blobNos[1], 10],
      ])
      expect(end.all('blob.end').map(({ blob_no }) => blob_no)).toEqual(blobNos)
      const first = end.frames.filter(({ header }) => header.blobNo === blobNos[0])
      expect(first.every(({ header }) => header.kind === binaryKinds.upload)).toBe(true)
      expect(first.filter(({ header }) => header.last)).toHaveLength(1)
      expect(Buffer.concat(first.map(({ payload }) => payload)).equals(bytes)).toBe(true)
      end.socket.terminate()
    }
  })

  it('that the house refuses fail the question', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({
      text: '',
      pictures: [{ mediaType: 'image/png', bytes: new Uint8Array(8_000_000) }],
    })
    const { event_id } = await opened.peer.next('blob.begin')
    const error = { type: 'invalid_request_error', code: 'caller_too_large', message: 'Too large.', retryable: false }
    opened.peer.send({ type: 'error', error, event_id })
    expect((await answer.ended).failure?.code).toBe('caller_too_large')
    expect(opened.peer.all('response.create')).toEqual([])
  })

  it('are not sent on when the question is cancelled meanwhile', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({
      text: '',
      pictures: [{ mediaType: 'image/png', bytes: new Uint8Array(8_000_000) }],
    })
    await opened.peer.next('blob.begin')
    answer.cancel()
    expect((await answer.ended).status).toBe('cancelled')
    opened.client.ask({ text: 'Hello' })
    expect((await opened.peer.next('response.create')).input).toBe('Hello')
    await opened.peer.next('blob.end')
    const sent = opened.peer.frames.reduce((sum, { payload }) => sum + payload.byteLength, 0)
    expect(sent).toBeLessThan(8_000_000)
  })
})
