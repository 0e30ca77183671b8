import { describe, expect, it } from 'vitest'
import { connected, openClient, textOf, untilState } from './support/open-client.ts'
import { added, attached, completed, created, error, say, text } from './support/run-script.ts'
import { ScriptedHouse } from './support/scripted-house.ts'

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
