import { type Client, isInputRequiredResult, type Result } from '@modelcontextprotocol/client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ClientExchange } from '../../../services/mcp/aggregator/aggregator.ts'
import type { ExchangeAnswer, Question } from '../../../services/mcp/aggregator/upstream.ts'
import { type EndpointHouse, openEndpoint, profileOf } from './support/endpoint-house.ts'
import { FakeAggregator, fakeServer, fakeTool } from './support/fake-aggregator.ts'

let house: EndpointHouse | undefined

afterEach(async () => {
  await house?.close()
  house = undefined
})

const nameForm: Question = {
  method: 'elicitation/create',
  params: {
    mode: 'form',
    message: 'Who are you?',
    requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  },
}

const text = (value: unknown): ExchangeAnswer => ({
  type: 'complete',
  result: { content: [{ type: 'text', text: JSON.stringify(value) }] },
})

/** A modern upstream: asks once, then says what it was told and with which state. */
async function asksByAnswer({ params }: ClientExchange): Promise<ExchangeAnswer> {
  if (params['inputResponses'] !== undefined) return text([params['inputResponses'], params['requestState']])
  const result = { resultType: 'input_required', inputRequests: { who: nameForm }, requestState: 'upstream-state' }
  return { type: 'input_required', result: result as never }
}

/** A legacy upstream: asks in the middle. */
async function asksInTheMiddle({ asker }: ClientExchange): Promise<ExchangeAnswer> {
  return text(await asker.answer?.(nameForm))
}

async function openWith(answer: (exchange: ClientExchange) => Promise<ExchangeAnswer>, limits = {}) {
  const aggregator = new FakeAggregator([fakeTool('ask'), fakeTool('other')])
  aggregator.answer = answer
  house = await openEndpoint({ aggregator, limits })
  return house
}

const canFill = { capabilities: { elicitation: { form: {} } } }

function answers(client: Client): Client {
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Anna' } }))
  return client
}

const accepted = { action: 'accept', content: { name: 'Anna' } }
const contentOf = ({ content }: Result): unknown => JSON.parse((content as [{ text: string }])[0].text)

/** The first half of a call by hand: what a client is asked. */
async function askedOf(client: Client, name = 'ask', args = {}) {
  const first = await client.callTool({ name, arguments: args }, { allowInputRequired: true })
  if (!isInputRequiredResult(first)) throw new Error('nothing was asked')
  const [key = ''] = Object.keys(first.inputRequests ?? {})
  return { ...first, key, state: first.requestState ?? '' }
}

const retry = (client: Client, state: string, { key = 'who', name = 'ask', args = {} } = {}) =>
  client.callTool({ name, arguments: args, inputResponses: { [key]: accepted }, requestState: state } as never, {
    allowInputRequired: true,
  })

describe.each([
  ['modern', 'modern', asksByAnswer],
  ['legacy', 'modern', asksByAnswer],
  ['modern', 'legacy', asksInTheMiddle],
  ['legacy', 'legacy', asksInTheMiddle],
] as const)('a %s client of a %s upstream', (client, upstream, answer) => {
  test('is asked what the upstream wants to know, and the call goes on with what it says', async () => {
    const { aggregator, connect } = await openWith(answer)
    aggregator.era = upstream
    const asked = answers(await connect(client, canFill))
    const result = contentOf(await asked.callTool({ name: 'ask', arguments: {} }))
    expect(result).toEqual(upstream === 'modern' ? [{ who: accepted }, 'upstream-state'] : accepted)
  })
})

describe('a state that a modern client brings back', () => {
  test.each([
    ['relayed', asksByAnswer],
    ['parked', asksInTheMiddle],
  ] as const)('says nothing to the client: %s', async (_type, answer) => {
    const { connect } = await openWith(answer)
    const { state } = await askedOf(await connect('modern', canFill))
    expect(Buffer.from(state, 'base64url').toString('latin1')).not.toContain('upstream')
  })

  test.each([
    ['relayed', asksByAnswer],
    ['parked', asksInTheMiddle],
  ] as const)(
    'is refused and audited when it was changed, is for another call, or somebody else brings it: %s',
    async (_type, answer) => {
      const { connect, audit } = await openWith(answer)
      const anna = await connect('modern', canFill)
      const ben = await connect('modern', { ...canFill, token: 'ben' })
      const { state, key } = await askedOf(anna, 'ask', { a: 1 })
      const changed = `${state.slice(0, 40)}${state[40] === 'A' ? 'B' : 'A'}${state.slice(41)}`
      const refused = { code: -32602, data: { reason: 'invalid_request_state' } }
      await expect(retry(anna, changed, { key, args: { a: 1 } })).rejects.toMatchObject(refused)
      await expect(retry(anna, state, { key, args: { a: 2 } })).rejects.toMatchObject(refused)
      await expect(retry(anna, state, { key, name: 'other', args: { a: 1 } })).rejects.toMatchObject(refused)
      await expect(retry(ben, state, { key, args: { a: 1 } })).rejects.toMatchObject(refused)
      const blocked = audit.filter(({ action }) => action === 'mcp.state')
      expect(blocked.map(({ code, outcome, principal }) => [code, outcome, principal])).toEqual([
        ['tampered', 'blocked', 'user:anna'],
        ['foreign', 'blocked', 'user:anna'],
        ['foreign', 'blocked', 'user:anna'],
        ['foreign', 'blocked', 'user:ben'],
      ])
      expect(await retry(anna, state, { key, args: { a: 1 } })).not.toHaveProperty('isError', true)
    },
  )

  test('is refused when it is too old', async () => {
    const { connect, audit } = await openWith(asksByAnswer, { stateTtlMs: 20 })
    const client = await connect('modern', canFill)
    const { state } = await askedOf(client)
    await new Promise((resolve) => setTimeout(resolve, 30))
    await expect(retry(client, state)).rejects.toMatchObject({ code: -32602 })
    expect(audit.find(({ action }) => action === 'mcp.state')).toMatchObject({ code: 'expired' })
  })

  test('of a call that waits is good for one retry', async () => {
    const { connect } = await openWith(asksInTheMiddle)
    const client = await connect('modern', canFill)
    const { state, key } = await askedOf(client)
    await retry(client, state, { key })
    await expect(retry(client, state, { key })).rejects.toMatchObject({ code: -32602 })
  })
})

describe('a call that waits for a person', () => {
  test('ends at its upstream when nobody comes back', async () => {
    const { connect, aggregator } = await openWith(asksInTheMiddle, { stateTtlMs: 30 })
    await askedOf(await connect('modern', canFill))
    await vi.waitFor(() => expect(aggregator.exchanges[0]?.signal.aborted).toBe(true))
  })

  test('is one of a bounded number', async () => {
    const { connect, aggregator } = await openWith(asksInTheMiddle, { parkedPerToken: 2 })
    const client = await connect('modern', canFill)
    await askedOf(client)
    await askedOf(client)
    const third = await client.callTool({ name: 'ask', arguments: {} }, { allowInputRequired: true })
    expect(third).toMatchObject({ isError: true, _meta: { 'hearth/code': 'policy_rate_limited' } })
    expect(aggregator.exchanges[2]?.signal.aborted).toBe(true)
  })

  test('ends when the endpoint stops', async () => {
    const { connect, aggregator, endpoint } = await openWith(asksInTheMiddle)
    await askedOf(await connect('modern', canFill))
    await endpoint.stop(AbortSignal.timeout(100))
    expect(aggregator.exchanges[0]?.signal.aborted).toBe(true)
  })
})

describe('a call that waits goes on by what is switched on and in reach when its client comes back', () => {
  test('a tool that was switched off is not called', async () => {
    const { connect, aggregator } = await openWith(asksInTheMiddle)
    const client = await connect('modern', canFill)
    const { state, key } = await askedOf(client)
    aggregator.setTools([fakeTool('ask', { enabled: false })])
    const refused = { isError: true, _meta: { 'hearth/code': 'tool_disabled' } }
    expect(await retry(client, state, { key })).toMatchObject(refused)
    expect(aggregator.exchanges.map(({ signal }) => signal.aborted)).toEqual([true])
  })

  test('a tool that its profile lost is not there', async () => {
    const { connect, aggregator, settings } = await openWith(asksInTheMiddle)
    const client = await connect('modern', { ...canFill, path: '/mcp/profiles/small' })
    const { state, key } = await askedOf(client)
    settings.swap({ profiles: [profileOf('small', ['other'])] })
    await expect(retry(client, state, { key })).rejects.toMatchObject({ code: -32602, message: 'Unknown tool: ask' })
    expect(aggregator.exchanges.map(({ signal }) => signal.aborted)).toEqual([true])
  })

  test('a prompt of a server that was switched off is asked for anew, not gone on with', async () => {
    const { connect, aggregator } = await openWith(async ({ asker }) => {
      await asker.answer?.(nameForm)
      return { type: 'complete', result: { messages: [] } }
    })
    const prompts = new Map([['greet', { server: 'fake', name: 'greet', exposed: { name: 'greet' } }]])
    const switched = (enabled: boolean) =>
      aggregator.swap({ ...aggregator.catalog(), prompts, servers: new Map([['fake', fakeServer(enabled)]]) })
    switched(true)
    const client = await connect('modern', canFill)
    const get = (rest = {}) =>
      client.request({ method: 'prompts/get', params: { name: 'greet', ...rest } }, { allowInputRequired: true })
    const first = await get()
    if (!isInputRequiredResult(first)) throw new Error('nothing was asked')
    const [key = ''] = Object.keys(first.inputRequests ?? {})
    switched(false)
    await get({ inputResponses: { [key]: accepted }, requestState: first.requestState })
    expect(aggregator.exchanges.map(({ signal }) => signal.aborted)).toEqual([true, false])
    expect(aggregator.exchanges[1]?.params).toEqual({ name: 'greet' })
  })

  test('a resource goes on that a server out of reach lists too', async () => {
    const { connect, aggregator } = await openWith(async ({ asker }) => {
      await asker.answer?.(nameForm)
      return { type: 'complete', result: { contents: [] } }
    })
    const uri = 'test://one'
    const resources = new Map([[uri, { server: 'elsewhere', exposed: { uri, name: 'one' } }]])
    const servers = new Map([['fake', fakeServer(true)]])
    aggregator.swap({ ...aggregator.catalog(), resources, servers })
    const client = await connect('modern', { ...canFill, path: '/mcp/profiles/small' })
    expect(await answers(client).readResource({ uri })).toMatchObject({ contents: [] })
    expect(aggregator.exchanges).toHaveLength(1)
  })

  test.each([
    ['relayed', asksByAnswer],
    ['parked', asksInTheMiddle],
  ] as const)('a state is good at the address that gave it: %s', async (_type, answer) => {
    const { connect, audit } = await openWith(answer)
    const { state, key } = await askedOf(await connect('modern', canFill))
    const elsewhere = await connect('modern', { ...canFill, path: '/mcp/profiles/small' })
    await expect(retry(elsewhere, state, { key })).rejects.toMatchObject({ code: -32602 })
    expect(audit.find(({ action }) => action === 'mcp.state')).toMatchObject({ code: 'foreign' })
  })
})

describe('what an upstream asks', () => {
  const asking = (url: string): Question => ({
    method: 'elicitation/create',
    params: { mode: 'url', message: 'Sign in', url, elicitationId: '1' },
  })
  const byAnswer = (url: string) => async (): Promise<ExchangeAnswer> => {
    const result = { resultType: 'input_required', inputRequests: { who: asking(url) }, requestState: 's' }
    return { type: 'input_required', result: result as never }
  }
  const inTheMiddle =
    (url: string) =>
    async ({ asker }: ClientExchange) =>
      text(await asker.answer?.(asking(url)))
  const canOpen = { capabilities: { elicitation: { url: {} } } }

  test.each([byAnswer, inTheMiddle])('says who asks', async (answer) => {
    const { connect } = await openWith(answer('https://example.org/sign-in'))
    const { inputRequests, key } = await askedOf(await connect('modern', canOpen))
    expect(inputRequests?.[key]?.params?._meta).toEqual({ 'hearth/server': 'fake' })
  })

  test.each([byAnswer, inTheMiddle])('is no address that is not of the web', async (answer) => {
    const { connect } = await openWith(answer('file:///etc/passwd'))
    const client = await connect('modern', canOpen)
    await expect(askedOf(client)).rejects.toThrow('nothing was asked')
  })
})

describe('a client that cannot answer', () => {
  test.each([asksByAnswer, asksInTheMiddle])('is told which capability is missing: %s', async (answer) => {
    const { connect } = await openWith(answer)
    const client = await connect('modern')
    await expect(client.callTool({ name: 'ask', arguments: {} })).rejects.toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { elicitation: { form: {} } } },
    })
  })

  test('with a session gets what its upstream makes of that', async () => {
    const { connect } = await openWith(async ({ asker }) =>
      text(await asker.answer?.(nameForm).catch((error: Error) => error.message)),
    )
    const result = contentOf(await (await connect('legacy')).callTool({ name: 'ask', arguments: {} }))
    expect(result).toBe('The client does not answer elicitation/create.')
  })
})
