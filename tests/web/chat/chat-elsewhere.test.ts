import { describe, expect, it } from 'vitest'
import { HearthFailure } from '../../../clients/web/src/protocol/hearth-failure.ts'
import { ask, first, houseWithOneAnswer, lastView, open, shown } from './chat-session-harness.ts'
import { FakeClient, message, settled, textItem } from './fake-client.ts'

describe('what happens elsewhere', () => {
  it('a question of another window is followed, and becomes history', async () => {
    const { client, answer } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    const question = message({ parentId: answer.id, text: 'from there?' })
    client.keep('c1', question)
    client.live = [{ responseId: 'r2', conversation: 'c1' }]
    client.tell('conversation', { conversation: 'c1', change: 'asked', responseId: 'r2' })
    await settled()
    expect(client.followed).toHaveLength(1)
    first(client.followed).say(textItem('he'))
    expect(shown(session)).toEqual(['first?', 'first.', 'from there?', 'he'])
    client.keep('c1', message({ parentId: question.id, runId: 'r2', text: 'here' }))
    client.tell('conversation', { conversation: 'c1', change: 'answered', responseId: 'r2' })
    first(client.followed).become({ status: 'completed', items: [textItem('here')] })
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'from there?', 'here'])
    expect(session.state.steps.every(({ node }) => node.kind === 'message')).toBe(true)
  })

  it('an own question is not taken for one of another window, whichever news comes first', async () => {
    const { client, answer } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('mine?'))
    client.keep('c1', message({ parentId: answer.id, text: 'mine?' }))
    client.tell('conversation', { conversation: 'c1', change: 'asked', responseId: 'r2' })
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'mine?', ''])
    first(client.asked).become({ status: 'in_progress', responseId: 'r2', conversation: 'c1' })
    await settled()
    expect(client.followed).toEqual([])
    expect(shown(session)).toEqual(['first?', 'first.', 'mine?', ''])
  })

  it('news that waited for an own question are followed after it', async () => {
    const { client, answer } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('mine?'))
    client.keep('c1', message({ parentId: answer.id, text: 'theirs?' }))
    client.tell('conversation', { conversation: 'c1', change: 'asked', responseId: 'r3' })
    await settled()
    expect(client.followed).toEqual([])
    first(client.asked).become({ status: 'in_progress', responseId: 'r2', conversation: 'c1' })
    expect(client.followed.map(({ state }) => state.responseId)).toEqual(['r3'])
  })

  it('a page loaded in the middle of an answer follows it from its beginning', async () => {
    const { client, answer } = houseWithOneAnswer()
    client.keep('c1', message({ parentId: answer.id, text: 'second?' }))
    client.live = [
      { responseId: 'r2', conversation: 'c1' },
      { responseId: 'r9', conversation: 'c9' },
    ]
    const { session } = await open(client, 'c1')
    expect(client.followed).toHaveLength(1)
    first(client.followed).say(textItem('all of it'))
    expect(shown(session)).toEqual(['first?', 'first.', 'second?', 'all of it'])
  })

  it('two answers being given belong to the two newest open questions, in their order', async () => {
    const { client, answer } = houseWithOneAnswer()
    const one = message({ parentId: answer.id, text: 'one?' })
    const two = message({ parentId: answer.id, text: 'two?' })
    client.keep('c1', message({ parentId: answer.id, text: 'lost?' }), one, two)
    client.live = [
      { responseId: 'r2', conversation: 'c1' },
      { responseId: 'r3', conversation: 'c1' },
    ]
    const { session } = await open(client, 'c1')
    session.choose(one.id)
    const last = session.state.steps.at(-1)?.node
    expect(last?.kind === 'answer' && last.turn.live.state.responseId).toBe('r2')
  })

  it('a new connection reads the history again and follows what is being given', async () => {
    const { client, answer } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    const question = message({ parentId: answer.id, text: 'missed?' })
    client.keep('c1', question)
    client.live = [{ responseId: 'r2', conversation: 'c1' }]
    client.tell('resumed', { live: client.live })
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'missed?', ''])
    expect(client.followed).toHaveLength(1)
  })

  it('an answer whose rest is not streamed any more comes whole when it is there', async () => {
    const { client, answer } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('long?'))
    const live = first(client.asked)
    const question = message({ parentId: answer.id, text: 'long?' })
    client.keep('c1', question)
    client.live = [{ responseId: 'r2', conversation: 'c1' }]
    live.become({ status: 'in_progress', responseId: 'r2', items: [textItem('half')] })
    live.become({ status: 'failed', failure: { code: 'client_answer_elsewhere', message: '', retryable: true } })
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'long?', 'half'])
    expect(lastView(session)).toMatchObject({ waiting: { for: 'rest' }, failure: undefined })
    client.keep('c1', message({ parentId: question.id, runId: 'r2', text: 'whole' }))
    client.tell('conversation', { conversation: 'c1', change: 'answered', responseId: 'r2' })
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'long?', 'whole'])
  })

  it('an answer that the house lost in the middle says so, and keeps what came', async () => {
    const { client, answer } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('long?'))
    client.keep('c1', message({ parentId: answer.id, text: 'long?' }))
    const live = first(client.asked)
    live.become({ status: 'in_progress', responseId: 'r2', items: [textItem('half')] })
    live.become({ status: 'failed', failure: { code: 'client_answer_elsewhere', message: '', retryable: true } })
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'long?', 'half'])
    expect(lastView(session)).toMatchObject({ status: 'failed', failure: { code: 'client_answer_lost' } })
    session.ask(ask('and now?'))
    expect(client.asked[1]?.question).toMatchObject({ previousResponseId: 'r1' })
  })

  it('an answer that ended before it could be followed leaves nothing behind', async () => {
    const { client, answer } = houseWithOneAnswer()
    client.live = [{ responseId: 'r2', conversation: 'c1' }]
    client.keep('c1', message({ parentId: answer.id, text: 'second?' }))
    const { session } = await open(client, 'c1')
    first(client.followed).become({
      status: 'failed',
      failure: { code: 'caller_not_found', message: '', retryable: false },
    })
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'second?'])
  })

  it('a removed conversation is gone', async () => {
    const { client } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    client.tell('conversation', { conversation: 'c1', change: 'removed' })
    expect(session.state.history).toEqual({ status: 'gone' })
  })

  it('one that never was is gone too, and one that cannot be read says why until it can', async () => {
    const client = new FakeClient()
    expect((await open(client, 'c0')).session.state.history).toEqual({ status: 'gone' })
    const failure = new HearthFailure({ code: 'client_offline', message: 'away', retryable: true })
    client.failure = failure
    const { session } = await open(client, 'c1')
    expect(session.state.history).toEqual({ status: 'failed', failure })
    client.failure = undefined
    client.keep('c1', message({ text: 'first?' }))
    client.tell('resumed', { live: [] })
    await settled()
    expect(session.state.history).toEqual({ status: 'ready' })
    expect(shown(session)).toEqual(['first?'])
  })

  it('a history that cannot be read again stays as it was read', async () => {
    const { client } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    client.failure = new HearthFailure({ code: 'client_offline', message: '', retryable: true })
    client.tell('resumed', { live: [] })
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.'])
    expect(session.state.history).toEqual({ status: 'ready' })
  })
})

describe('leaving and coming back', () => {
  it('an answer goes on being shown after a look at another conversation', async () => {
    const { client } = houseWithOneAnswer()
    client.keep('c2', message({ text: 'elsewhere' }))
    const { session } = await open(client, 'c1')
    session.ask(ask('second?'))
    first(client.asked).become({ status: 'in_progress', responseId: 'r2', conversation: 'c1' })
    session.open('c2')
    await settled()
    expect(shown(session)).toEqual(['elsewhere'])
    first(client.asked).say(textItem('meanwhile'))
    session.open('c1')
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'second?', 'meanwhile'])
  })

  it('a question that the house never took is there when the reader comes back', async () => {
    const { client } = houseWithOneAnswer()
    client.keep('c2', message({ text: 'elsewhere' }))
    const { session } = await open(client, 'c1')
    session.ask(ask('second?'))
    const failure = { code: 'client_busy', message: '', retryable: true }
    first(client.asked).become({ status: 'failed', failure })
    session.open('c2')
    await settled()
    expect(shown(session)).toEqual(['elsewhere'])
    session.open('c1')
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.', 'second?', ''])
    expect(lastView(session)).toMatchObject({ status: 'failed', failure })
  })

  it('so is one that began a conversation, until another one begins it', async () => {
    const { client } = houseWithOneAnswer()
    const { session } = await open(client)
    session.ask(ask('begin?'))
    first(client.asked).become({ status: 'failed', failure: { code: 'client_busy', message: '', retryable: true } })
    session.open('c1')
    await settled()
    expect(shown(session)).toEqual(['first?', 'first.'])
    session.open(undefined)
    expect(shown(session)).toEqual(['begin?', ''])
    session.ask(ask('other?'))
    client.asked[1]?.become({ status: 'in_progress', responseId: 'r2', conversation: 'c2' })
    expect(shown(session)).toEqual(['other?', ''])
    session.open('c1')
    session.open(undefined)
    expect(shown(session)).toEqual([])
  })

  it('what is read too late is not shown in another conversation', async () => {
    const { client } = houseWithOneAnswer()
    client.keep('c2', message({ text: 'elsewhere' }))
    const { session } = await open(client, 'c1')
    const { promise, resolve } = Promise.withResolvers<void>()
    client.hold = promise
    session.reload()
    client.hold = undefined
    session.open('c2')
    await settled()
    resolve()
    await settled()
    expect(shown(session)).toEqual(['elsewhere'])
  })

  it('reads once more, not once for each, when news come while it reads', async () => {
    const { client } = houseWithOneAnswer()
    await open(client, 'c1')
    const before = client.reads
    for (let index = 0; index < 5; index++) client.tell('conversation', { conversation: 'c1', change: 'answered' })
    await settled()
    expect(client.reads - before).toBe(2)
  })

  it('stops reading answers when the view is left, not the answers', async () => {
    const { client } = houseWithOneAnswer()
    const { session } = await open(client, 'c1')
    session.ask(ask('second?'))
    first(client.asked).become({ status: 'in_progress', responseId: 'r2', conversation: 'c1' })
    session.ask(ask('not yet there?'))
    session.stop()
    expect(client.asked.map(({ wasDetached, wasCancelled }) => [wasDetached, wasCancelled])).toEqual([
      [true, false],
      [false, false],
    ])
    const reads = client.reads
    client.tell('conversation', { conversation: 'c1', change: 'answered' })
    client.tell('resumed', { live: [] })
    await settled()
    expect(client.reads).toBe(reads)
  })
})
