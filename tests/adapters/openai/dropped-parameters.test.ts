import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dropRefused } from '../../../services/adapters/openai/dropped-parameters.ts'
import type { GenerateParameters } from '../../../services/common/contracts/generate-request.ts'
import { collect, never, type OpenaiHarness, startOpenaiHarness, textRequest } from './openai-harness.ts'

const everything: GenerateParameters = {
  temperature: 0.5,
  topP: 0.9,
  maxOutputTokens: 50,
  stop: ['END'],
  reasoningEffort: 'low',
  seed: 7,
  frequencyPenalty: 0.1,
  presencePenalty: 0.1,
  parallelToolCalls: false,
  extra: { temperature: 1 },
}
const sampling = ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty']

describe('parameters that are refused', () => {
  test.each([
    ['gpt-4.1', ['reasoning_effort']],
    ['gpt-4o-mini', ['reasoning_effort']],
    ['gpt-5-chat-latest', ['reasoning_effort']],
    ['o1', [...sampling, 'parallel_tool_calls']],
    ['o3-mini-2025-01-31', [...sampling, 'stop', 'parallel_tool_calls']],
    ['openai/o4-mini', [...sampling, 'stop', 'parallel_tool_calls']],
    ['gpt-5', [...sampling, 'stop']],
    ['gpt-5.1-codex', [...sampling, 'stop']],
    ['gpt-6-sol', [...sampling, 'stop']],
    ['llama3.2', []],
    ['o3x', []],
    ['gpt-oss:20b', []],
  ])('by %s in Chat Completions: %s', (model, names) => {
    expect(dropRefused('chat', model, everything).dropped.toSorted()).toEqual(names.toSorted())
  })

  test('by gpt-5.1 and later fewer, once they do not reason', () => {
    const atRest = { ...everything, reasoningEffort: 'none' }
    expect(dropRefused('chat', 'gpt-5.2', atRest).dropped).toEqual(['stop'])
    expect(dropRefused('chat', 'gpt-5', atRest).dropped).toContain('temperature')
  })

  test('by the Responses API: stop, seed and penalties, whatever the model', () => {
    expect(dropRefused('responses', 'any', everything)).toEqual({
      dropped: ['stop', 'seed', 'frequency_penalty', 'presence_penalty'],
      parameters: {
        temperature: 0.5,
        topP: 0.9,
        maxOutputTokens: 50,
        reasoningEffort: 'low',
        parallelToolCalls: false,
        extra: { temperature: 1 },
      },
    })
  })

  test('are not named when nobody asked for them', () => {
    const nothing = { stop: [], maxOutputTokens: 5 }
    expect(dropRefused('responses', 'o3', nothing)).toEqual({ dropped: [], parameters: nothing })
  })
})

describe('what is dropped', () => {
  let harness: OpenaiHarness
  beforeAll(async () => {
    harness = await startOpenaiHarness()
  })
  afterAll(async () => {
    await harness.stop()
  })

  test('is not sent, and is the first event', async () => {
    const parameters = { temperature: 0.5, maxOutputTokens: 5 }
    const { events } = await collect(harness.adapter.generate(textRequest({ model: 'o3', parameters }), never))
    expect(events[0]).toEqual({ type: 'parameters-dropped', names: ['temperature'] })
    expect(harness.vendor.requests.at(-1)?.body).toMatchObject({ model: 'o3', max_tokens: 5 })
    expect(harness.vendor.requests.at(-1)?.body).not.toHaveProperty('temperature')
  })
})
