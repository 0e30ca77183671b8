import { describe, expect, it } from 'vitest'
import type { AnswerItem, AnswerState } from '../../../clients/web/src/protocol/answer-state.ts'
import { markdownOf, nothingSeen, viewOfMessage, viewOfState } from '../../../clients/web/src/views/chat/answer-view.ts'
import { createGivenWatch } from '../../../clients/web/src/views/chat/given-watch.ts'
import { message } from './fake-client.ts'

const state = (part: Partial<AnswerState>): AnswerState => ({
  status: 'in_progress',
  responseId: 'r1',
  conversation: 'c1',
  profile: 'fast',
  items: [],
  phase: undefined,
  queuePosition: 0,
  lastSequenceNumber: 0,
  isStopping: false,
  times: { asked: 0 },
  final: undefined,
  failure: undefined,
  ...part,
})

const text = (value: string, isDone = true): AnswerItem => ({ kind: 'text', id: value, text: value, isDone })
const reasoning = (value: string, isDone: boolean): AnswerItem => ({ kind: 'reasoning', id: 'r', text: value, isDone })

describe('an answer as it is shown', () => {
  it('has the same parts while it is given and when it is kept', () => {
    const items: readonly AnswerItem[] = [
      reasoning('hm', true),
      text(''),
      text('yes'),
      { kind: 'tool_call', id: 'c', name: 'look', arguments: '{}', isDone: true },
      { kind: 'refusal', id: 'n', text: 'no', isDone: true },
    ]
    const kept = message({
      runId: 'r1',
      profile: 'fast',
      parts: [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'yes' },
        { type: 'tool_call', callId: 'x', name: 'look', arguments: '{}' },
        { type: 'refusal', text: 'no' },
      ],
    })
    const live = viewOfState(state({ items, status: 'completed' }), nothingSeen)
    expect(viewOfMessage(kept, nothingSeen, new Map())).toEqual(live)
    expect(live.parts.map(({ kind }) => kind)).toEqual(['reasoning', 'text', 'tool_call', 'refusal'])
  })

  it('copies what answers, not what was thought', () => {
    const view = viewOfState(state({ items: [reasoning('hm', true), text('yes'), text('and no')] }), nothingSeen)
    expect(markdownOf(view)).toBe('yes\n\nand no')
  })

  it('grows nowhere once it has ended, whatever its items say', () => {
    const view = viewOfState(state({ status: 'cancelled', items: [text('half', false)] }), nothingSeen)
    expect(view.parts).toEqual([{ kind: 'text', text: 'half', isGrowing: false }])
  })

  it('shows the result of a tool beside its call', () => {
    const parts = [{ type: 'tool_call', callId: 'x', name: 'look', arguments: '{}' }] as const
    const view = viewOfMessage(message({ runId: 'r1', parts }), nothingSeen, new Map([['x', 'seen']]))
    expect(view.parts[0]).toMatchObject({ output: 'seen' })
  })

  it('tells a kept failure with the id to ask about', () => {
    const kept = message({ runId: 'r1', status: 'failed', error: { code: 'provider_overloaded', message: 'busy' } })
    expect(viewOfMessage(kept, nothingSeen, new Map()).failure).toMatchObject({
      code: 'provider_overloaded',
      requestId: 'r1',
    })
  })

  it('says when history did not take it', () => {
    const final = { id: 'r1', status: 'completed', finish_reason: 'stop', conversation: 'c1', profile: 'fast' } as const
    const rest = { provider: null, model: null, usage: null, attempts: [], stored: false } as const
    expect(viewOfState(state({ status: 'completed', final: { ...final, ...rest } }), nothingSeen).isLost).toBe(true)
  })
})

describe('what an answer waits for', () => {
  const waiting = (part: Partial<AnswerState>) => viewOfState(state(part), nothingSeen).waiting

  it('the house, its lane, the target, and then nothing', () => {
    expect(waiting({ status: 'sending' })).toEqual({ for: 'house' })
    expect(waiting({ status: 'queued', queuePosition: 2 })).toEqual({ for: 'lane', position: 2 })
    expect(waiting({ isStopping: true, items: [text('half')] })).toEqual({ for: 'stop' })
    const phase = { phase: 'loading_model', progress: 0.4, attempt: 2, provider: 'local', model: 'm' } as const
    expect(waiting({ phase })).toEqual({
      for: 'target',
      phase: 'loading_model',
      progress: 0.4,
      attempt: 2,
      provider: 'local',
    })
    expect(waiting({ items: [text('a', false)] })).toBeUndefined()
    expect(waiting({ status: 'completed' })).toBeUndefined()
  })

  it('the target again between two parts', () => {
    const phase = { phase: 'tool', attempt: 1, provider: 'local', model: 'm' } as const
    expect(waiting({ items: [text('a')], phase })).toMatchObject({ for: 'target', phase: 'tool' })
  })

  it('the rest, without an error, when it is streamed here no more', () => {
    const failure = { code: 'client_answer_elsewhere', message: '', retryable: true }
    const view = viewOfState(state({ status: 'failed', failure, items: [text('half')] }), nothingSeen)
    expect(view).toMatchObject({ status: 'in_progress', waiting: { for: 'rest' }, failure: undefined })
    const lost = viewOfState(state({ status: 'failed', failure }), { ...nothingSeen, restComes: false })
    expect(lost).toMatchObject({ status: 'failed', waiting: undefined, failure: { code: 'client_answer_lost' } })
  })
})

describe('what is learned while an answer is given', () => {
  it('how long it thought, from the first word to the last', () => {
    let now = 100
    const watch = createGivenWatch(() => now)
    expect(watch(state({ items: [reasoning('', false)] })).reasoningMs).toEqual([])
    now = 200
    expect(watch(state({ items: [reasoning('h', false)] })).reasoningMs).toEqual([undefined])
    now = 900
    watch(state({ items: [reasoning('hm', true)] }))
    now = 5000
    expect(watch(state({ items: [reasoning('hm', true), text('yes')] })).reasoningMs).toEqual([700])
  })

  it('thinking that was stopped ends with the answer', () => {
    let now = 0
    const watch = createGivenWatch(() => now)
    watch(state({ items: [reasoning('h', false)] }))
    now = 300
    expect(watch(state({ status: 'cancelled', items: [reasoning('h', false)] })).reasoningMs).toEqual([300])
  })

  it('the same object as long as nothing is new', () => {
    const watch = createGivenWatch(() => 0)
    const one = watch(state({ items: [reasoning('h', false)] }))
    expect(watch(state({ items: [reasoning('hm', false)] }))).toBe(one)
  })

  it('pictures that are kept at the house, once they are whole', () => {
    const picture = { mediaType: 'image/png', bytes: new Uint8Array([1]) }
    const item = { kind: 'picture', id: 'p', picture, steps: 2, blobId: 'b', isDone: true } as const
    const lost = { ...item, id: 'q', blobId: undefined }
    const missing = { ...item, id: 'm', picture: undefined }
    const watch = createGivenWatch(() => 0)
    expect(watch(state({ items: [item] })).pictures).toEqual([])
    expect(watch(state({ status: 'completed', items: [lost, missing, item] })).pictures).toEqual([undefined, picture])
  })
})
