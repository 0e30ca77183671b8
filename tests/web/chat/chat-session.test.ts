import { describe, expect, it } from 'vitest'
import { viewOfMessage } from '../../../clients/web/src/views/chat/answer-view.ts'
import { ask, first, houseWithOneAnswer, lastView, nodeIds, open, shown } from './chat-session-harness.ts'
import { FakeClient, message, settled, textItem } from './fake-client.ts'

describe('a new conversation', () => {
  it('is empty and reads nothing', async () => {
    const client = new FakeClient()
    const { session } = await open(client)
    expect(session.state).toEqual({ conversation: undefined, history: { status: 'ready' }, steps: [] })
    expect(client.reads).toBe(0)
  })

  it('shows the question at once, the answer as it grows, and gets its id from the house', async () => {
    const client = new FakeClient()
    const { session } = await open(client)
    session.ask(ask('why?'))
    expect(shown(session)).toEqual(['why?', ''])
    expect(first(client.asked).question).toEqual({ text: 'why?', pictures: [] })
    first(client.asked).become({ status: 'in_progress', responseId: 'r1', conversation: 'c1' })
    expect(session.state.conversation).toBe('c1')
    first(client.asked).say(textItem('be'))
    first(client.asked).say(textItem('because'))
    expect(shown(session)).toEqual(['why?', 'because'])
  })

  it('becomes history without a change of its elements, however late history knows it', async () => {
    const client = new FakeClient()
    const { session } = await open(client)
    session.ask(ask('why?'))
    const before = nodeIds(session)
    const live = first(client.asked)
    live.become({ status: 'in_progress', responseId: 'r1', conversation: 'c1' })
    const question = message({ text: 'why?' })
    client.keep('c1', question)
    client.tell('conversation', { conversation: 'c1', change: 'asked', responseId: 'r1' })
    await settled()
    expect(nodeIds(session)).toEqual(before)
    expect(session.state.steps.map(({ node }) => node.kind)).toEqual(['message', 'answer'])
    live.say(textItem('because'))
    client.keep('c1', message({ parentId: question.id, runId: 'r1', text: 'because' }))
    live.become({ status: 'completed' })
    expect(shown(session)).toEqual(['why?', 'because'])
    await settled()
    expect(session.state.steps.map(({ node }) => node.kind)).toEqual(['message', 'message'])
    expect(nodeIds(session)).toEqual(before)
    expect(shown(session)).toEqual(['why?', 'because'])
    expect(client.followed).toEqual([])
  })

  it('opening it again by the id it got changes nothing', async () => {
    const client = new FakeClient()
    const { session } = await open(client)
    session.ask(ask('why?'))
    first(client.asked).become({ status: 'in_progress', responseId: 'r1', conversation: 'c1' })
    const { state } = session
    session.open('c1')
    expect(session.state).toBe(state)
  })

  it('keeps the bytes of a picture and the time of thinking when history takes over', async () => {
    const client = new FakeClient()
    const { session, advance } = await open(client)
    session.ask(ask('draw'))
    const live = first(client.asked)
    live.become({ status: 'in_progress', responseId: 'r1', conversation: 'c1' })
    const thought = { kind: 'reasoning', id: 'r', text: 'hm', isDone: false } as const
    live.say(thought)
    advance(4000)
    const picture = { mediaType: 'image/png', bytes: new Uint8Array([1, 2]) }
    const drawn = { kind: 'picture', id: 'p', picture, steps: 3, blobId: 'b1', isDone: true } as const
    live.say({ ...thought, isDone: true }, drawn)
    const question = message({ text: 'draw' })
    const parts = [
      { type: 'reasoning', text: 'hm' },
      { type: 'image', blobId: 'b1', mediaType: 'image/png' },
    ] as const
    client.keep('c1', question, message({ parentId: question.id, runId: 'r1', parts }))
    live.become({ status: 'completed' })
    await settled()
    const node = session.state.steps[1]?.node
    if (node?.kind !== 'message') throw new Error('The answer is not in history.')
    const view = viewOfMessage(node.message, node.seen, new Map())
    expect(view.parts[0]).toMatchObject({ kind: 'reasoning', durationMs: 4000 })
    expect(view.parts[1]).toMatchObject({ kind: 'picture', blobId: 'b1', picture })
  })
})

describe('a conversation with history', () => {
  it('asks after the newest answer shown', async () => {
    const { client } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('second?'))
    expect(first(client.asked).question).toMatchObject({ conversation: 'c1', previousResponseId: 'r1' })
    expect(shown(session)).toEqual(['first?', 'first.', 'second?', ''])
  })

  it('names no place for a question while nobody knows what was said before', async () => {
    const { client, question } = houseWithOneAnswer()
    const { promise, resolve } = Promise.withResolvers<void>()
    client.hold = promise
    const { session } = await open(client, 'c1')
    session.ask(ask('early?'))
    expect(first(client.asked).question).toEqual({ text: 'early?', pictures: [], conversation: 'c1' })
    resolve()
    await settled()
    session.choose(question.id)
    session.ask(ask('later?'))
    expect(client.asked[1]?.question).toMatchObject({ previousResponseId: 'r1' })
  })

  it('edits the first question as a branch before everything', async () => {
    const { client, question } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('other?'), question.id)
    expect(first(client.asked).question).toMatchObject({ conversation: 'c1', previousResponseId: null })
    expect(shown(session)).toEqual(['other?', ''])
    expect(session.state.steps[0]).toMatchObject({ position: 1, branches: [question.id, 'question-1'] })
    session.choose(question.id)
    expect(shown(session)).toEqual(['first?', 'first.'])
    session.ask(ask('more?'))
    expect(client.asked[1]?.question).toMatchObject({ previousResponseId: 'r1' })
  })

  it('asks a later question again after the answer before it', async () => {
    const { client, answer } = houseWithOneAnswer()
    const second = message({ parentId: answer.id, text: 'second?' })
    client.keep('c1', second, message({ parentId: second.id, runId: 'r2', text: 'second.' }))
    const { session } = await open(client, 'c1')
    session.ask(ask('second?'), second.id)
    expect(first(client.asked).question).toMatchObject({ previousResponseId: 'r1' })
    expect(shown(session)).toEqual(['first?', 'first.', 'second?', ''])
  })

  it('does not take an earlier question of the same words for the one that is asked again', async () => {
    const { client, question } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('first?'), question.id)
    session.reload()
    await settled()
    expect(session.state.steps[0]?.branches).toEqual([question.id, 'question-1'])
    expect(shown(session)).toEqual(['first?', ''])
  })

  it('shows an answer once when history has it before its stream has ended', async () => {
    const { client, answer } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('second?'))
    first(client.asked).become({ status: 'in_progress', responseId: 'r2', items: [textItem('seco')] })
    const question = message({ parentId: answer.id, text: 'second?' })
    client.keep('c1', question, message({ parentId: question.id, runId: 'r2', text: 'second.' }))
    client.tell('conversation', { conversation: 'c1', change: 'answered', responseId: 'r2' })
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'second?', 'seco'])
    expect(session.state.steps.map(({ branches }) => branches.length)).toEqual([1, 1, 1, 1])
  })

  it('forgets a question that never reached the house when it is asked again', async () => {
    const { client } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('second?'))
    const failure = { code: 'client_offline', message: '', retryable: true }
    first(client.asked).become({ status: 'failed', failure })
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'second?', ''])
    session.ask(ask('second?'), 'question-1')
    expect(session.state.steps[2]?.branches).toHaveLength(1)
    expect(shown(session)).toEqual(['first?', 'first.', 'second?', ''])
  })

  it('goes on from the last answer when a question got none', async () => {
    const { client, answer } = houseWithOneAnswer()
    client.keep('c1', message({ parentId: answer.id, text: 'lost?' }))
    const { session } = await open(client, 'c1')
    expect(shown(session)).toEqual(['first?', 'first.', 'lost?'])
    session.ask(ask('again?'))
    expect(first(client.asked).question).toMatchObject({ previousResponseId: 'r1' })
    expect(shown(session)).toEqual(['first?', 'first.', 'again?', ''])
  })

  it('stops the answer that is shown', async () => {
    const { client } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('second?'))
    session.cancel()
    expect(first(client.asked).wasCancelled).toBe(true)
  })

  it('says at once that an answer is being stopped, before the house has', async () => {
    const { client } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('second?'))
    const live = first(client.asked)
    live.become({ status: 'in_progress', responseId: 'r2' })
    let told = 0
    session.onChange(() => {
      told += 1
    })
    live.become({ isStopping: true })
    expect(told).toBe(1)
    expect(lastView(session)?.waiting).toEqual({ for: 'stop' })
  })

  it('leads to a message in another branch', async () => {
    const { client, question, answer } = houseWithOneAnswer()
    const other = message({ text: 'other?' })
    client.keep('c1', other, message({ parentId: other.id, runId: 'r2', text: 'other.' }))
    const { session } = await open(client, 'c1')
    expect(shown(session)).toEqual(['other?', 'other.'])
    expect(session.reveal(answer.id)).toBe(answer.id)
    expect(nodeIds(session)).toEqual([question.id, answer.id])
    expect(session.reveal('unknown')).toBeUndefined()
  })
})
