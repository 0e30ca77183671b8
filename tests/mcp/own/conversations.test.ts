import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Principal } from '../../../services/common/contracts/principal.ts'
import { admin, answerOf, caller, codeOf } from './call-own.ts'
import { type OwnHouse, openOwnHouse } from './own-house.ts'

const anna = caller('anna')
const never = new AbortController().signal

let house: OwnHouse
beforeEach(async () => {
  house = await openOwnHouse()
})
afterEach(() => house[Symbol.asyncDispose]())

/** A question and its answer. */
async function talk(owner: Principal, runId: string, question: string, answer: string): Promise<string> {
  const input = [{ role: 'user', parts: [{ type: 'text', text: question }] }] as const
  const run = { runId, owner: owner.id, title: `About ${question}`, input }
  const { conversation, parentId } = await house.store.history.open(run, never)
  const parts = [
    { type: 'reasoning', text: 'what do they want?' },
    { type: 'text', text: answer },
  ] as const
  const base = { runId, conversation, parentId, parts, profile: 'demo', usage: null, attempts: [] }
  await house.store.history.close({ ...base, status: 'completed' })
  return conversation
}

describe('conversations by tools', () => {
  test('are found by their words, and the newest come without any', async () => {
    const boiler = await talk(anna, 'r1', 'the boiler', 'Turn the left valve.')
    house.opened.advance(1000)
    const garden = await talk(anna, 'r2', 'the garden', 'Water it at night.')
    const { conversations } = await answerOf(
      house.parts.tools,
      'hearth_search_conversations',
      { query: 'valve' },
      { principal: anna },
    )
    expect(conversations).toMatchObject([
      { id: boiler, title: 'About the boiler', message_id: expect.any(String), snippet: 'Turn the left valve.' },
    ])
    const newest = await answerOf(house.parts.tools, 'hearth_search_conversations', { limit: 1 }, { principal: anna })
    expect(newest).toMatchObject({ conversations: [{ id: garden, snippet: '' }], next_cursor: expect.any(String) })
  })

  test('are read message by message, long texts cut, without what the model thought', async () => {
    const id = await talk(anna, 'r1', 'hello there', 'x'.repeat(50))
    const read = { id, message_characters: 10 }
    const { messages, next_cursor } = await answerOf(house.parts.tools, 'hearth_read_conversation', read, {
      principal: anna,
    })
    expect(messages).toMatchObject([
      { role: 'user', text: 'hello ther', is_cut: true },
      { role: 'assistant', text: 'xxxxxxxxxx', is_cut: true, status: 'completed', pictures: [] },
    ])
    expect(next_cursor).toBeNull()
    const first = await answerOf(house.parts.tools, 'hearth_read_conversation', { id, limit: 1 }, { principal: anna })
    const cursor = first['next_cursor']
    expect(
      await answerOf(house.parts.tools, 'hearth_read_conversation', { id, cursor }, { principal: anna }),
    ).toMatchObject({ messages: [{ role: 'assistant', text: 'x'.repeat(50), is_cut: false }] })
  })

  test('of others do not exist, not even for an admin', async () => {
    const id = await talk(anna, 'r1', 'my secret', 'kept')
    for (const principal of [caller('bea'), admin]) {
      expect(await codeOf(house.parts.tools, 'hearth_read_conversation', { id }, { principal })).toBe(
        'caller_not_found',
      )
      const found = await answerOf(house.parts.tools, 'hearth_search_conversations', { query: 'secret' }, { principal })
      expect(found).toEqual({ conversations: [], next_cursor: null })
    }
  })

  test('a cursor that is none is refused', async () => {
    const wrong = { query: 'a', cursor: 'nonsense' }
    expect(await codeOf(house.parts.tools, 'hearth_search_conversations', wrong, { principal: anna })).toBe(
      'caller_invalid_request',
    )
  })
})
