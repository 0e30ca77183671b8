import { describe, expect, it } from 'vitest'
import type { RunMessage } from '../../../services/common/contracts/run-event.ts'
import { connected, openClient, textOf, untilState, untilStatus } from './support/open-client.ts'
import { framed, type Peer, ScriptedHouse } from './support/scripted-house.ts'

const created: RunMessage = { type: 'response.created', profile: 'assistant', conversation: 'conv_1' }
const added: RunMessage = {
  type: 'response.output_item.added',
  output_index: 0,
  item: { type: 'message', id: 'msg_0', role: 'assistant', status: 'in_progress', content: [] },
}
const text = (delta: string): RunMessage => ({
  type: 'response.output_text.delta',
  item_id: 'msg_0',
  output_index: 0,
  content_index: 0,
  delta,
})
const completed: RunMessage = {
  type: 'response.completed',
  response: {
    id: 'run_1',
    status: 'completed',
    finish_reason: 'stop',
    conversation: 'conv_1',
    profile: 'assistant',
    provider: 'demo',
    model: 'demo',
    usage: null,
    attempts: [],
  },
}
const error = (code: string, more: object = {}): object => ({
  type: 'error',
  error: { type: 'api_error', code, message: `Refused: ${code}.`, retryable: false },
  ...more,
})

const say = (peer: Peer, lane: string, from: number, messages: readonly RunMessage[]): void =>
  peer.sendTogether(messages.map((message, index) => framed(lane, from + index, message)))

describe('a question', () => {
  it('is asked in a lane of its own, and its answer grows, told once for each read', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({
      text: 'Hello',
      profile: 'assistant',
      conversation: 'conv_1',
      previousResponseId: null,
    })
    expect(answer.state).toMatchObject({ status: 'sending', conversation: 'conv_1' })
    const create = await opened.peer.next('response.create')
    expect(create).toEqual({
      type: 'response.create',
      stream_id: 'answer-1',
      event_id: 'answer-1.create',
      idempotency_key: expect.stringMatching(/^[0-9a-f]{32}-1$/),
      profile: 'assistant',
      conversation: 'conv_1',
      previous_response_id: null,
      input: 'Hello',
    })
    opened.peer.event('answer-1', 0, created)
    opened.peer.event('answer-1', 1, added)
    await untilState(answer, ({ items }) => items.length === 1)
    let told = 0
    answer.onChange(() => {
      told += 1
    })
    const tokens = Array.from({ length: 100 }, (_, index) => `${index} `)
    say(opened.peer, 'answer-1', 2, tokens.map(text))
    await untilState(answer, (state) => textOf(state) === tokens.join(''))
    expect(told).toBeLessThanOrEqual(10)
    opened.peer.event('answer-1', 102, completed)
    const last = await answer.ended
    expect(last).toMatchObject({ status: 'completed', responseId: 'run_1', final: { id: 'run_1' } })
    expect(answer.state).toBe(last)
  })

  it('that did not arrive is asked again under the same key', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    const first = await opened.peer.next('response.create')
    opened.peer.socket.terminate()
    const peer = await house.peer(1)
    const second = await peer.next('response.create')
    expect(second).toEqual(first)
    say(peer, 'answer-1', 0, [created, added, text('Hi'), completed])
    expect(textOf(await answer.ended)).toBe('Hi')
  })

  it('goes on after the last number when the connection was lost', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    await opened.peer.next('response.create')
    say(opened.peer, 'answer-1', 0, [created, added, text('one ')])
    await untilState(answer, (state) => textOf(state) === 'one ')
    opened.peer.socket.terminate()
    const peer = await house.peer(1)
    expect(await peer.next('response.attach')).toEqual({
      type: 'response.attach',
      event_id: 'answer-1.attach',
      response_id: 'run_1',
      stream_id: 'answer-1',
      starting_after: 2,
    })
    expect(peer.all('response.create')).toEqual([])
    peer.send(attached('answer-1', 2))
    say(peer, 'answer-1', 3, [text('two'), completed])
    expect(textOf(await answer.ended)).toBe('one two')
  })

  it('is read again from the last good number where numbers are missing', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    await opened.peer.next('response.create')
    say(opened.peer, 'answer-1', 0, [created, added, text('one ')])
    opened.peer.event('answer-1', 4, text('three'))
    expect((await opened.peer.next('response.attach')).starting_after).toBe(2)
    opened.peer.event('answer-1', 3, text('from before the attach '))
    opened.peer.send(attached('answer-1', 4))
    say(opened.peer, 'answer-1', 3, [text('two '), text('three'), completed])
    expect(textOf(await answer.ended)).toBe('one two three')
    expect(opened.peer.all('response.attach')).toHaveLength(1)
  })

  it('whose answer is no longer streamed sends the view to the conversation', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    await opened.peer.next('response.create')
    say(opened.peer, 'answer-1', 0, [created, added, text('one')])
    await untilState(answer, (state) => textOf(state) === 'one')
    opened.peer.socket.terminate()
    const peer = await house.peer(1)
    await peer.next('response.attach')
    peer.send(error('caller_not_found', { event_id: 'answer-1.attach', response_id: 'run_1' }))
    const last = await answer.ended
    expect(last).toMatchObject({
      status: 'failed',
      conversation: 'conv_1',
      failure: { code: 'client_answer_elsewhere', requestId: 'run_1' },
    })
    expect(textOf(last)).toBe('one')
  })

  it('that the house refuses fails with what it said', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello', profile: 'nobody' })
    await opened.peer.next('response.create')
    opened.peer.send(error('caller_model_unknown', { event_id: 'answer-1.create', stream_id: 'answer-1' }))
    expect((await answer.ended).failure).toEqual({
      code: 'caller_model_unknown',
      message: 'Refused: caller_model_unknown.',
      retryable: false,
    })
  })

  it('that a stopping house refuses waits for the next one', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    await opened.peer.next('response.create')
    opened.peer.send(error('gateway_draining', { event_id: 'answer-1.create', stream_id: 'answer-1' }))
    opened.peer.socket.close(1001)
    const peer = await house.peer(1)
    await peer.next('response.create')
    say(peer, 'answer-1', 0, [created, completed])
    expect((await answer.ended).status).toBe('completed')
  })

  it('is attached again, a few times, when reading it fails', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    await opened.peer.next('response.create')
    say(opened.peer, 'answer-1', 0, [created, added])
    for (let round = 0; round < 6; round += 1) {
      opened.peer.send(error('gateway_internal', { stream_id: 'answer-1', response_id: 'run_1' }))
      if (round < 5) await opened.peer.next('response.attach', round)
    }
    expect((await answer.ended).failure).toMatchObject({ code: 'gateway_internal', requestId: 'run_1' })
    expect(opened.peer.all('response.attach')).toHaveLength(5)
  })

  it('that is longer than a frame may be is not sent', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'ä'.repeat(33_000) })
    expect((await answer.ended).failure?.code).toBe('caller_too_large')
    expect(opened.peer.all('response.create')).toEqual([])
    expect(opened.client.connection.status).toBe('online')
  })

  it('waits for the connection when there is none yet', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    const answer = opened.client.ask({ text: 'Hello' })
    opened.client.start()
    const peer = await house.peer(0)
    await peer.next('response.create')
    say(peer, 'answer-1', 0, [created, completed])
    expect((await answer.ended).status).toBe('completed')
  })

  it('is the fifteenth at once no more, until one of them ended', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answers = Array.from({ length: 14 }, () => opened.client.ask({ text: 'Hello' }))
    const refused = await opened.client.ask({ text: 'Hello' }).ended
    expect(refused.failure).toMatchObject({ code: 'client_busy', retryable: true })
    await opened.peer.next('response.create', 13)
    say(opened.peer, 'answer-1', 0, [created, completed])
    await answers[0]?.ended
    opened.client.ask({ text: 'Hello' })
    expect((await opened.peer.next('response.create', 14)).stream_id).toBe('answer-16')
  })
})

describe('an answer that is cancelled', () => {
  it('before it was asked is over at once', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    const answer = opened.client.ask({ text: 'Hello' })
    answer.cancel()
    expect((await answer.ended).status).toBe('cancelled')
    opened.client.start()
    const peer = await house.peer(0)
    await untilStatus(opened.client, 'online')
    expect(peer.all('response.create')).toEqual([])
  })

  it('before the house took it is cancelled by its lane, also on the next connection', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    await opened.peer.next('response.create')
    answer.cancel()
    expect(await opened.peer.next('response.cancel')).toMatchObject({ stream_id: 'answer-1' })
    opened.peer.socket.terminate()
    const peer = await house.peer(1)
    await peer.next('response.create')
    expect(await peer.next('response.cancel')).toMatchObject({ stream_id: 'answer-1' })
    const response = { ...completed.response, status: 'cancelled' } as const
    say(peer, 'answer-1', 0, [created, { type: 'response.cancelled', response }])
    expect((await answer.ended).status).toBe('cancelled')
  })

  it('keeps what came so far', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    await opened.peer.next('response.create')
    say(opened.peer, 'answer-1', 0, [created, added, text('one')])
    await untilState(answer, (state) => textOf(state) === 'one')
    answer.cancel()
    answer.cancel()
    expect(await opened.peer.next('response.cancel')).toMatchObject({ response_id: 'run_1' })
    opened.peer.send(error('caller_not_found', { event_id: 'answer-1.cancel', response_id: 'run_1' }))
    const response = { ...completed.response, status: 'cancelled' } as const
    opened.peer.event('answer-1', 3, { type: 'response.cancelled', response })
    expect(textOf(await answer.ended)).toBe('one')
    expect(answer.state.status).toBe('cancelled')
  })
})

describe('an answer that is left', () => {
  it('goes on at the house, and changes no more here', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    await opened.peer.next('response.create')
    say(opened.peer, 'answer-1', 0, [created, added, text('one')])
    await untilState(answer, (state) => textOf(state) === 'one')
    answer.detach()
    expect(await opened.peer.next('response.detach')).toMatchObject({ response_id: 'run_1' })
    expect((await answer.ended).status).toBe('in_progress')
    opened.peer.event('answer-1', 3, text('two'))
    opened.peer.send({ type: 'conversation.updated', conversation: 'conv_1', change: 'renamed' })
    await new Promise((resolve) => {
      opened.client.on('conversation', resolve)
    })
    expect(textOf(answer.state)).toBe('one')
  })

  it('before the house took it is still asked', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    answer.detach()
    expect((await answer.ended).status).toBe('sending')
    await opened.peer.next('response.create')
    opened.peer.event('answer-1', 0, created)
    await opened.peer.next('response.detach')
    expect(answer.state.status).toBe('sending')
  })
})

describe('an answer that is followed', () => {
  it('is read from its beginning, once for all who follow it', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.follow('run_1')
    expect(opened.client.follow('run_1')).toBe(answer)
    expect(await opened.peer.next('response.attach')).toMatchObject({ response_id: 'run_1', starting_after: -1 })
    opened.peer.send(attached('answer-1', 2))
    say(opened.peer, 'answer-1', 0, [created, added, text('one '), text('two'), completed])
    const last = await answer.ended
    expect(last).toMatchObject({ status: 'completed', conversation: 'conv_1' })
    expect(textOf(last)).toBe('one two')
  })

  it('is shown from the snapshot where its beginning is no longer kept', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.follow('run_1')
    await opened.peer.next('response.attach')
    opened.peer.send(attached('answer-1', 9))
    const content = [{ type: 'output_text', text: 'one ' }] as const
    const item = { type: 'message', id: 'msg_0', role: 'assistant', status: 'in_progress', content } as const
    const response = {
      id: 'run_1',
      status: 'in_progress',
      conversation: 'conv_1',
      profile: 'assistant',
      output: [item],
    } as const
    opened.peer.event('answer-1', 9, { type: 'response.snapshot', response })
    say(opened.peer, 'answer-1', 10, [text('two'), completed])
    expect(textOf(await answer.ended)).toBe('one two')
  })
})

describe('an answer that ended before it was followed', () => {
  it.each([
    ['completed', undefined],
    ['failed', 'client_answer_elsewhere'],
  ] as const)('and was trimmed is over with its snapshot: %s', async (status, code) => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.follow('run_1')
    await opened.peer.next('response.attach')
    opened.peer.send({ ...attached('answer-1', 9), status })
    const content = [{ type: 'output_text', text: 'all' }] as const
    const item = { type: 'message', id: 'msg_0', role: 'assistant', status: 'completed', content } as const
    const response = { id: 'run_1', status, conversation: 'conv_1', profile: 'assistant', output: [item] } as const
    opened.peer.event('answer-1', 9, { type: 'response.snapshot', response })
    const last = await answer.ended
    expect(last).toMatchObject({ status, final: undefined })
    expect(textOf(last)).toBe('all')
    expect(last.failure?.code).toBe(code)
  })
})

describe('the news of conversations', () => {
  it('are told, and say which answers are being given', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const heard: unknown[] = []
    const both = Promise.withResolvers<void>()
    opened.client.on('conversation', (event) => {
      if (heard.push([event, opened.client.live.length]) === 2) both.resolve()
    })
    const news = { type: 'conversation.updated', conversation: 'conv_2' }
    opened.peer.send({ ...news, change: 'asked', response_id: 'run_5' })
    opened.peer.send({ ...news, change: 'answered', response_id: 'run_5' })
    await both.promise
    expect(heard).toEqual([
      [{ conversation: 'conv_2', change: 'asked', responseId: 'run_5' }, 1],
      [{ conversation: 'conv_2', change: 'answered', responseId: 'run_5' }, 0],
    ])
  })
})

const attached = (lane: string, last: number): object => ({
  type: 'response.attached',
  event_id: `${lane}.attach`,
  response_id: 'run_1',
  stream_id: lane,
  stream_no: 1,
  status: 'in_progress',
  last_sequence_number: last,
})
