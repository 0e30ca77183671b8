import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPythonClient, pythonPackagesOf } from '../../scripts/bootstrap/python-client.mjs'
import { tinyPng } from '../../services/common/testing/fake-vendor/tiny-png.ts'
import { root } from '../support/house.ts'
import { runProgram } from '../support/program.ts'
import { type ClientHouse, fiveWords, startClientHouse } from './client-house.ts'

/** Brought by `npm test`. CI must test everything, so there the tests run and fail without it. */
const isInstalled = hasPythonClient(root) || process.env['CI'] !== undefined
if (!isInstalled)
  console.log('Skipped: the official Python client is not installed; npm test installs it where Python 3.10 is.')

let house: ClientHouse

beforeAll(async () => {
  house = await startClientHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

type Fact = Readonly<Record<string, unknown>>

/** What one group of client.py told, by what it did; a `python3` of its own. */
async function tellsOf(group: string): Promise<(what: string) => Fact | undefined> {
  const facts = await factsOf(group)
  return (what) => facts.find((fact) => fact['what'] === what)
}

async function factsOf(group: string): Promise<readonly Fact[]> {
  const { code, stdout, stderr } = await runProgram('python3', [join(root, 'tests/clients/python/client.py'), group], {
    env: { PYTHONPATH: pythonPackagesOf(root), HEARTH_URL: house.baseUrl, HEARTH_TOKEN: house.token },
    timeoutMs: 50_000,
  })
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
    .trim()
    .split('\n')
    .map((line): Fact => JSON.parse(line))
}

const bothTowns = [
  ['lookup', { city: 'town 0' }],
  ['lookup', { city: 'town 1' }],
]
const base64Of = (shade: number): string => tinyPng(shade).toString('base64')

describe.skipIf(!isInstalled)('the official Python package openai', () => {
  it('chats: whole, as a stream, by the helper, with reasoning, refusal and structured output', async () => {
    const tell = await tellsOf('chat')
    expect(tell('version')).toMatchObject({ version: '3.54.0' })
    expect(tell('whole')).toMatchObject({ text: fiveWords, finish: 'stop', tokens: 12 })
    expect(tell('whole')?.['request_id']).toMatch(/_/)
    expect(tell('stream')).toMatchObject({ text: fiveWords, tokens: 12 })
    expect(tell('helper')).toMatchObject({ text: fiveWords })
    expect(tell('helper')?.['kinds']).toEqual(expect.arrayContaining(['chunk', 'content.delta', 'content.done']))
    expect(tell('reasoning')).toMatchObject({ reasoning: 'w0 w1 w2 ', text: fiveWords })
    expect(tell('refusal')).toMatchObject({ refusal: 'w0 w1 w2 ', text: null })
    expect(tell('parsed')).toMatchObject({ is_book: true })
    expect(tell('async')).toMatchObject({ texts: [fiveWords, fiveWords] })
  })

  it('calls tools, whole and as a stream, and sends what they gave', async () => {
    const tell = await tellsOf('tools')
    expect(tell('calls')).toMatchObject({ finish: 'tool_calls', calls: bothTowns })
    expect(tell('answer')).toMatchObject({ text: fiveWords })
    expect(tell('streamed')).toMatchObject({ calls: bothTowns })
  })

  it('uses responses: whole, as a stream, by the helper, with tools and structured output', async () => {
    const tell = await tellsOf('responses')
    expect(tell('whole')).toMatchObject({ text: fiveWords, status: 'completed', tokens: 5 })
    expect(tell('stream')).toMatchObject({
      text: fiveWords,
      first: 'response.created',
      last: 'response.completed',
      gapless: true,
    })
    expect(tell('helper')).toMatchObject({ text: fiveWords })
    expect(tell('calls')).toMatchObject({ calls: bothTowns })
    expect(tell('answer')).toMatchObject({ text: fiveWords })
    expect(tell('parsed')).toMatchObject({ is_book: true })
  })

  it('draws and changes pictures, whole and with partials', async () => {
    const tell = await tellsOf('images')
    expect(tell('whole')).toMatchObject({ picture: base64Of(200) })
    expect(tell('stream')).toMatchObject({
      events: [
        ['image_generation.partial_image', base64Of(0)],
        ['image_generation.partial_image', base64Of(40)],
        ['image_generation.completed', base64Of(200)],
      ],
    })
    expect(tell('edit')).toMatchObject({ picture: base64Of(200) })
    expect(tell('edit stream')).toMatchObject({ events: ['image_edit.partial_image', 'image_edit.completed'] })
  })

  it('lists models and turns texts into vectors', async () => {
    const tell = await tellsOf('models')
    expect(tell('list')?.['ids']).toEqual(expect.arrayContaining(['words', 'painter', 'demo']))
    expect(tell('retrieve')).toMatchObject({ id: 'words' })
    expect(tell('embeddings')).toMatchObject({ lengths: [4, 4], tokens: 6 })
  })

  it('raises the right exceptions, also of a stream, and ends the run when it leaves', async () => {
    const facts = await factsOf('exceptions')
    const told = facts.filter(({ what }) => what !== 'version')
    const pair = (fact: Fact): readonly Fact[] => [false, true].map((stream) => ({ ...fact, stream }))
    expect(told).toMatchObject([
      ...pair({ what: 'wrong key', error: 'AuthenticationError', status: 401, code: 'invalid_api_key' }),
      ...pair({ what: 'unknown model', error: 'NotFoundError', status: 404, code: 'model_not_found' }),
      ...pair({ what: 'too long', error: 'BadRequestError', status: 400, code: 'context_length_exceeded' }),
      ...pair({ what: 'limited', error: 'RateLimitError', status: 429, retry_after: '2' }),
      { what: 'cut', error: 'APIError', text: 'w0 w1 w2 ' },
      { what: 'left' },
    ])
    const request = house.vendor.requests.at(-1)
    await request?.closed
    expect(request?.ended?.by).toBe('client')
  })
})
