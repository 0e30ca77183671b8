import { describe, expect, it } from 'vitest'
import { connected, openClient, textOf, untilState, untilStatus } from './support/open-client.ts'
import { added, attached, cancelled, completed, created, error, say, text } from './support/run-script.ts'
import { ScriptedHouse } from './support/scripted-house.ts'

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
    say(peer, 'answer-1', 0, [created, cancelled])
    expect((await answer.ended).status).toBe('cancelled')
  })

  it('while there is no connection is cancelled on the next one', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const answer = opened.client.ask({ text: 'Hello' })
    await opened.peer.next('response.create')
    opened.peer.event('answer-1', 0, created)
    await untilState(answer, ({ responseId }) => responseId === 'run_1')
    opened.peer.socket.terminate()
    await untilStatus(opened.client, 'waiting')
    expect(answer.state.isStopping).toBe(false)
    answer.cancel()
    expect(answer.state).toMatchObject({ status: 'in_progress', isStopping: true })
    const peer = await house.peer(1)
    await peer.next('response.attach')
    expect(await peer.next('response.cancel')).toMatchObject({ response_id: 'run_1' })
    peer.send(attached('answer-1', 0))
    peer.event('answer-1', 1, cancelled)
    expect(await answer.ended).toMatchObject({ status: 'cancelled', isStopping: false })
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
    opened.peer.event('answer-1', 3, cancelled)
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
