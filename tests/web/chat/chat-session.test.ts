import { describe, expect, it } from 'vitest'
import { HearthFailure } from '../../../clients/web/src/protocol/hearth-failure.ts'
import { type AnswerView, viewOfMessage, viewOfState } from '../../../clients/web/src/views/chat/answer-view.ts'
import type { ChatNode } from '../../../clients/web/src/views/chat/chat-nodes.ts'
import { ChatSession } from '../../../clients/web/src/views/chat/chat-session.ts'
import type { FakeAnswer } from './fake-client.ts'
import { FakeClient, message, settled, textItem } from './fake-client.ts'

const ask = (text: string) => ({ text, pictures: [] })

async function open(client: FakeClient, conversation?: string) {
  let now = 0
  const session = new ChatSession({ client, clock: () => now })
  session.start()
  session.open(conversation)
  await settled()
  const advance = (ms: number) => {
    now += ms
  }
  return { session, advance }
}

const shown = (session: ChatSession) => session.state.steps.map(({ node }) => textIn(node))

function viewIn(node: Exclude<ChatNode, { kind: 'question' }>): AnswerView {
  return node.kind === 'answer'
    ? viewOfState(node.turn.live.state, node.turn.seen())
    : viewOfMessage(node.message, node.seen, new Map())
}

function lastView(session: ChatSession): AnswerView | undefined {
  const node = session.state.steps.at(-1)?.node
  return node === undefined || node.kind === 'question' ? undefined : viewIn(node)
}

function textIn(node: ChatNode): string {
  if (node.kind === 'question') return node.question.text
  const view = viewIn(node)
  return view.parts.map((part) => ('text' in part ? part.text : part.kind)).join('|')
}

const nodeIds = (session: ChatSession) => session.state.steps.map(({ node }) => node.id)

function first(answers: readonly FakeAnswer[]): FakeAnswer {
  const answer = answers[0]
  if (answer === undefined) throw new Error('Nothing was asked.')
  return answer
}

/** c1 with one question, answered as run r1. */
function houseWithOneAnswer() {
  const client = new FakeClient()
  const question = message({ text: 'first?' })
  const answer = message({ parentId: question.id, runId: 'r1', text: 'first.', profile: 'fast' })
  client.keep('c1', question, answer)
  return { client, question, answer }
}

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
