import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventReader, type StreamEvent } from '../../../bench/mcp/client/event-reader.ts'
import { messageIn, resultOf, tellsOfTools } from '../../../bench/mcp/client/message.ts'
import { benchTools } from '../../../bench/mcp/client/tools.ts'
import { answerTo } from '../../../bench/mcp/upstream/answer.ts'

const plan = { index: 3, tools: 2, version: 0 }
const ask = (method: string, params: object = {}): unknown =>
  JSON.parse(answerTo(JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }), plan) ?? 'null')

describe('a simulated server of the MCP bench', () => {
  it('lists tools that are its own, and others with another version', () => {
    const list = ask('tools/list')
    expect(list).toMatchObject({ id: 7, result: { tools: [{ name: 'bench_3_0' }, { name: 'bench_3_1' }] } })
    const next = answerTo('{"id":7,"method":"tools/list"}', { ...plan, version: 1 })
    expect(JSON.parse(next ?? '')).not.toEqual(list)
  })

  it('says again what it is told', () => {
    expect(ask('tools/call', { name: 'bench_3_1', arguments: { text: 'hello' } })).toMatchObject({
      result: { content: [{ type: 'text', text: 'bench_3_1 says hello' }] },
    })
  })

  it('answers in the revision that was asked for, refuses what it does not know, and is silent to news', () => {
    expect(ask('initialize', { protocolVersion: '2025-06-18' })).toMatchObject({
      result: { protocolVersion: '2025-06-18' },
    })
    expect(ask('server/discover')).toMatchObject({ id: 7, error: { code: -32601 } })
    expect(answerTo('{"method":"notifications/initialized"}', plan)).toBeUndefined()
  })
})

describe('a stream of events', () => {
  const read = (texts: readonly string[]): readonly StreamEvent[] => {
    const events: StreamEvent[] = []
    const reader = createEventReader((event) => events.push(event))
    for (const text of texts) reader(text)
    return events
  }
  const stream = ': hi\n\nevent: endpoint\ndata: /messages?id=1\n\ndata: {"a":1}\r\n\r\nid: 4\ndata:x\ndata: y\n\nrest'
  const events = [
    { name: 'endpoint', data: '/messages?id=1' },
    { name: 'message', data: '{"a":1}' },
    { name: 'message', data: 'x\ny' },
  ]

  it('is the same however it is cut', () => {
    expect(read([stream])).toEqual(events)
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
        expect(read(places.slice(1).map((end, at) => stream.slice(places[at], end)))).toEqual(events)
      }),
    )
  })
})

describe('an answer', () => {
  it('is found in JSON and among the events of a stream', () => {
    expect(resultOf(messageIn('{"id":2,"result":{"a":1}}', 2))).toEqual({ a: 1 })
    const body = 'data: {"method":"notifications/progress"}\n\nevent: message\ndata: {"id":2,"result":{"a":2}}\n\n'
    expect(resultOf(messageIn(body, 2))).toEqual({ a: 2 })
  })

  it('that is an error, or is missing, is no result', () => {
    expect(() => resultOf(messageIn('{"id":2,"error":{"message":"no such tool"}}', 2))).toThrow('no such tool')
    expect(() => resultOf(messageIn('data: {"id":3,"result":{}}\n\n', 2))).toThrow('no answer')
  })

  it('names the tools of the bench, also behind what a gateway puts before them, and no others', () => {
    const tools = [{ name: 'bench_0_1' }, { name: 's_0__bench_0_2' }, { name: 'hearth_search_tools' }]
    expect(benchTools({ tools })).toEqual(['bench_0_1', 's_0__bench_0_2'])
    expect(() => benchTools({})).toThrow('without tools')
  })

  it('tells of tools only when it says so', () => {
    expect(tellsOfTools('{"method":"notifications/tools/list_changed"}')).toBe(true)
    expect(tellsOfTools('{"method":"notifications/subscriptions/acknowledged"}')).toBe(false)
  })
})
