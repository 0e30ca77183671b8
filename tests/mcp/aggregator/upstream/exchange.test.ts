import { describe, expect, test } from 'vitest'
import type { Asker, Question } from '../../../../services/mcp/aggregator/upstream.ts'
import { callOf, lineOf, nobody, startPool, textOf, until } from './pool-house.ts'

const eras = [
  ['legacy', []],
  ['modern', ['modern']],
] as const

describe.each(eras)('a %s server on standard streams', (era, args) => {
  test('is listed and called; its era is found out on its only process and remembered', async () => {
    const { get, verdicts } = startPool([lineOf('line', args)])
    const listing = await get('line').list(new AbortController().signal)
    expect(listing.tools.map(({ name }) => name)).toContain('echo')
    expect(listing.resources).toEqual([{ uri: 'line://a', name: 'a' }])
    expect(listing.resourceTemplates).toEqual([])
    expect(await textOf(get('line'), callOf('echo', { text: 'hi' }))).toBe('hi')
    expect(get('line').status()).toMatchObject({ state: 'ready', era, restarts: 0, callsInFlight: 0 })
    expect([...verdicts.values()].map((kept) => JSON.parse(kept).kind)).toEqual([era])
  })

  test('sees of the caller what it can do and nothing of another hop', async () => {
    const { get } = startPool([lineOf('line', args)])
    const asker: Asker = { ...nobody, capabilities: { elicitation: { form: {} } } }
    const meta = { progressToken: 7, 'io.modelcontextprotocol/clientInfo': { name: 'secret' }, 'acme.example/kept': 1 }
    const exchange = callOf('params', {}, { asker, params: { name: 'params', _meta: meta } })
    const seen = JSON.parse(await textOf(get('line'), exchange))._meta
    expect(seen['acme.example/kept']).toBe(1)
    expect(seen.progressToken).toBeUndefined()
    expect(JSON.stringify(seen)).not.toContain('secret')
    const mirrored = era === 'modern' ? { elicitation: { form: {} } } : undefined
    expect(seen['io.modelcontextprotocol/clientCapabilities']).toEqual(mirrored)
  })

  test('what it says about its own hop does not come through', async () => {
    const { get } = startPool([lineOf('line', args)])
    const exchange = { ...callOf('x'), method: 'resources/read' as const, params: { uri: 'line://a' } }
    const { result } = await get('line').exchange(exchange)
    expect(result['_meta']).toEqual({ kept: 'yes' })
  })

  test('tells its progress to who asked, and is cancelled by who asked', async () => {
    const { get } = startPool([lineOf('line', args)])
    const heard: number[] = []
    const asker: Asker = { ...nobody, onProgress: ({ progress }) => heard.push(progress) }
    expect(await textOf(get('line'), callOf('progress', {}, { asker }))).toBe('done')
    expect(heard).toEqual([1, 2, 3])
    const controller = new AbortController()
    const hanging = get('line').exchange(callOf('hang', {}, { signal: controller.signal }))
    await until(() => get('line').status().callsInFlight === 1)
    setTimeout(() => controller.abort(), 30)
    await expect(hanging).rejects.toMatchObject({ code: 'caller_cancelled' })
    expect(JSON.parse(await textOf(get('line'), callOf('cancelled')))).toHaveLength(1)
  })

  test('an error of it comes as it made it', async () => {
    const { get } = startPool([lineOf('line', args)])
    const refused = get('line').exchange(callOf('refused'))
    await expect(refused).rejects.toMatchObject({ code: -32602, message: 'no such thing', data: { why: 'because' } })
  })

  test('an answer over the cap is refused, the next one is served', async () => {
    const { get } = startPool([lineOf('line', args, { limits: { output_kb: 4 } })])
    await expect(get('line').exchange(callOf('big', { bytes: 5000 }))).rejects.toMatchObject({
      code: 'caller_too_large',
    })
    expect(await textOf(get('line'), callOf('big', { bytes: 3000 }))).toHaveLength(3000)
  })

  test('is listed without what is no tool at all', async () => {
    const { get } = startPool([lineOf('line', [...args, 'odd-tool'])])
    const { tools } = await get('line').list(new AbortController().signal)
    expect(tools.map(({ name }) => name)).toContain('echo')
    expect(tools.every(({ name }) => typeof name === 'string')).toBe(true)
  })

  test('lines that are no messages change nothing', async () => {
    const { get } = startPool([lineOf('line', args)])
    expect(await textOf(get('line'), callOf('junk'))).toBe('after junk')
  })

  test('a tool that does not keep to its own output schema is passed on and counted', async () => {
    const { get, registry } = startPool([lineOf('line', args)])
    const { tools } = await get('line').list(new AbortController().signal)
    const tool = tools.find(({ name }) => name === 'broken')
    if (tool === undefined) throw new Error('no tool')
    const { result } = await get('line').exchange(callOf('broken', {}, { tool }))
    expect(result['structuredContent']).toEqual({ b: 1 })
    expect(await registry.metrics()).toContain('hearth_mcp_upstream_output_mismatches_total{server="line"} 1')
  })

  test('says that lists and watched resources changed', async () => {
    const { get, lists, updates } = startPool([lineOf('line', args)])
    using _watch = get('line').watch('line://a')
    await until(() => get('line').status().state === 'ready')
    for (let tries = 0; (await textOf(get('line'), callOf('subscribed'))) !== '["line://a"]'; tries += 1) {
      if (tries > 100) throw new Error('not subscribed')
    }
    lists.length = 0
    await textOf(get('line'), callOf('change'))
    await until(() => lists.includes('line') && updates.length > 0)
    expect(updates[0]).toEqual(['line', 'line://a'])
  })
})

describe('a question in the middle of a call', () => {
  const answering = (answers: Question[]): Asker => ({
    principal: 'user:a',
    capabilities: { elicitation: { form: {} } },
    answer: (question) => {
      answers.push(question)
      return Promise.resolve({ action: 'accept', content: { count: 3 } })
    },
  })

  test('of a legacy server is answered by the only one of its principal who can', async () => {
    const { get } = startPool([lineOf('line')])
    const questions: Question[] = []
    const asker = { ...nobody, principal: 'user:a' }
    const bystander = get('line').exchange(callOf('slow', { ms: 300 }, { asker }))
    const answer = await textOf(get('line'), callOf('ask', {}, { asker: answering(questions) }))
    expect(JSON.parse(answer)).toEqual({ result: { action: 'accept', content: { count: 3 } } })
    expect(questions).toMatchObject([{ method: 'elicitation/create', params: { message: 'How many?' } }])
    await bystander
  })

  test('of a legacy server is refused when nobody or more than one can answer', async () => {
    const { get } = startPool([lineOf('line')])
    const alone = JSON.parse(await textOf(get('line'), callOf('ask')))
    expect(alone.error.message).toContain('nobody')
    const questions: Question[] = []
    const other = get('line').exchange(callOf('slow', { ms: 300 }, { asker: answering(questions) }))
    const two = JSON.parse(await textOf(get('line'), callOf('ask', {}, { asker: answering(questions) })))
    expect(two.error.message).toContain('several')
    expect(questions).toEqual([])
    await other
  })

  test('of a legacy server is nobody else’s, though only somebody else can answer it', async () => {
    const { get } = startPool([lineOf('line')])
    const questions: Question[] = []
    const other = get('line').exchange(callOf('slow', { ms: 300 }, { asker: answering(questions) }))
    const refused = JSON.parse(await textOf(get('line'), callOf('ask')))
    expect(refused.error.message).toContain('several')
    expect(questions).toEqual([])
    await other
  })

  test('asked before any call is refused, and the server starts all the same', async () => {
    const { get } = startPool([lineOf('line', ['ask-at-start'])])
    expect(await textOf(get('line'), callOf('echo', { text: 'on' }))).toBe('on')
  })

  test('of a modern server is its answer, and the retry reaches it as it is', async () => {
    const { get } = startPool([lineOf('line', ['modern'])])
    const first = await get('line').exchange(callOf('ask'))
    expect(first).toMatchObject({ type: 'input_required', result: { requestState: 'opaque' } })
    const params = { name: 'ask', inputResponses: { n: { action: 'decline' } }, requestState: 'opaque' }
    const second = await textOf(get('line'), callOf('ask', {}, { params }))
    expect(JSON.parse(second)).toEqual({ got: { n: { action: 'decline' } }, state: 'opaque' })
  })

  test('messages of the log reach the only one who wants them, from the level up that was asked for', async () => {
    const { get } = startPool([lineOf('line')])
    const heard: unknown[] = []
    const asker: Asker = { ...nobody, logLevel: 'warning', onLog: ({ data }) => heard.push(data) }
    await textOf(get('line'), callOf('log', {}, { asker }))
    await textOf(get('line'), callOf('log'))
    expect(heard).toEqual(['high'])
  })

  test('messages of the log do not reach another principal, though only that one wants them', async () => {
    const { get } = startPool([lineOf('line')])
    const heard: unknown[] = []
    const asker: Asker = {
      principal: 'user:b',
      capabilities: {},
      logLevel: 'debug',
      onLog: ({ data }) => heard.push(data),
    }
    const other = get('line').exchange(callOf('slow', { ms: 300 }, { asker }))
    await textOf(get('line'), callOf('log'))
    expect(heard).toEqual([])
    await other
  })
})
