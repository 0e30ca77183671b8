import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  beginForcedCall,
  type ForcedCall,
  type ForcedCallPart,
  stepForcedCall,
} from '../../../services/adapters/local/forced-call.ts'
import { type AnswerState, beginAnswer, finishAnswer, stepAnswer } from '../../../services/adapters/local/map-events.ts'
import type { AnswerForm } from '../../../services/adapters/local/map-request.ts'
import type { EngineAnswer, EngineEvent } from '../../../services/adapters/local/wire-schema.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'

const usage = { inputTokens: 3, outputTokens: 2, cachedTokens: 1 }

function run(form: AnswerForm, batches: readonly (readonly EngineEvent[])[], reason: EngineAnswer['reason'] = 'stop') {
  let calls = 0
  const newCallId = () => {
    calls += 1
    return `call_${calls}`
  }
  let state: AnswerState = beginAnswer(form, newCallId)
  const all: GenerateEvent[] = []
  for (const batch of batches) {
    const [next, events] = stepAnswer(state, batch)
    state = next
    all.push(...events)
  }
  return [...all, ...finishAnswer(state, { reason, usage })[1]]
}

describe('events of the engine as events of the contract', () => {
  test('text is one block over batches; usage and finish come last', () => {
    expect(
      run('message', [
        [{ type: 'prompt', progress: 0.5 }],
        [{ type: 'text', text: 'a' }],
        [{ type: 'text', text: 'b' }],
      ]),
    ).toEqual([
      { type: 'phase', phase: 'prompt_eval', progress: 0.5 },
      { type: 'text-start', id: 'block-0' },
      { type: 'text-delta', id: 'block-0', text: 'a' },
      { type: 'text-delta', id: 'block-0', text: 'b' },
      { type: 'text-end', id: 'block-0' },
      { type: 'usage', usage },
      { type: 'finish', reason: 'stop' },
    ])
  })

  test('reasoning, text and calls are blocks one after the other', () => {
    const events = run(
      'message',
      [
        [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'a' },
          { type: 'call-start', name: 'one' },
          { type: 'call-arguments', text: '{}' },
          { type: 'call-end' },
          { type: 'call-start', name: 'two' },
        ],
      ],
      'tool_calls',
    )
    expect(events.map(({ type }) => type)).toEqual([
      ...['reasoning-start', 'reasoning-delta', 'reasoning-end', 'text-start', 'text-delta', 'text-end'],
      ...['tool-call-start', 'tool-call-delta', 'tool-call-end', 'tool-call-start', 'tool-call-end'],
      ...['usage', 'finish'],
    ])
    expect(events).toContainEqual({ type: 'tool-call-start', id: 'block-3', callId: 'call_2', name: 'two' })
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool_calls' })
  })

  test('an answer without any text is usage and finish', () => {
    expect(run('message', []).map(({ type }) => type)).toEqual(['usage', 'finish'])
  })

  test('a forced call is a tool call, never text; cut short it finishes with length', () => {
    const whole = run('tool_call', [
      [{ type: 'text', text: '{"name":"a","arg' }],
      [{ type: 'text', text: 'uments":{"x":1}}' }],
    ])
    expect(whole).toEqual([
      { type: 'tool-call-start', id: 'block-0', callId: 'call_1', name: 'a' },
      { type: 'tool-call-delta', id: 'block-0', arguments: '{"x":1}' },
      { type: 'tool-call-end', id: 'block-0' },
      { type: 'usage', usage },
      { type: 'finish', reason: 'tool_calls' },
    ])
    const cut = run('tool_call', [[{ type: 'text', text: '{"name":"a","arguments":{"x' }]], 'length')
    expect(cut.map(({ type }) => type)).toEqual([
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
      'usage',
      'finish',
    ])
    expect(cut.at(-1)).toEqual({ type: 'finish', reason: 'length' })
  })

  test('every block that starts ends before the next one starts', () => {
    const engineEvent = fc.oneof(
      fc.record({ type: fc.constantFrom('text' as const, 'reasoning' as const), text: fc.string({ minLength: 1 }) }),
      fc.record({ type: fc.constant('call-start' as const), name: fc.string() }),
      fc.record({ type: fc.constant('call-arguments' as const), text: fc.string() }),
      fc.record({ type: fc.constant('call-end' as const) }),
    )
    fc.assert(
      fc.property(fc.array(fc.array(engineEvent, { minLength: 1 })), (batches) => {
        const shape = run('message', batches)
          .map((event) => ('id' in event ? `${event.type.replace(/^.*-/, '')}:${event.id} ` : ''))
          .join('')
        expect(shape).toMatch(/^(start:(\S+) (delta:\2 )*end:\2 )*$/)
      }),
    )
  })
})

describe('the reader of a forced call', () => {
  const read = (pieces: readonly string[]) => {
    let call: ForcedCall = beginForcedCall
    const parts: ForcedCallPart[] = []
    for (const piece of pieces) {
      const [next, more] = stepForcedCall(call, piece)
      call = next
      parts.push(...more)
    }
    return parts
  }

  test('finds name and arguments however the text is cut', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue())
    const indent = fc.constantFrom(undefined, 1, '\t')
    fc.assert(
      fc.property(fc.string(), value, indent, fc.array(fc.nat(400)), (name, given, space, cuts) => {
        const text = `${JSON.stringify({ name, arguments: given }, undefined, space)}\n\n\n\n`
        const places = [0, ...cuts.map((cut) => cut % text.length).toSorted((left, right) => left - right), text.length]
        const parts = read(places.slice(1).map((end, index) => text.slice(places[index], end)))
        expect(parts[0]).toEqual({ type: 'name', name })
        expect(parts.at(-1)).toEqual({ type: 'end' })
        const written = parts.map((part) => (part.type === 'arguments' ? part.text : '')).join('')
        expect(JSON.stringify(JSON.parse(written))).toBe(JSON.stringify(given))
        expect(parts.filter(({ type }) => type !== 'arguments')).toHaveLength(2)
      }),
    )
  })
})
