import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conversationView, foundPage } from '../../../services/mcp/api/schemas/conversation-schema.ts'
import { never } from '../store/open-test-store.ts'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'

const path = '/api/v1/conversations/search'

describe('the search of the API', () => {
  let api: ApiUnderTest
  let anna: string
  beforeAll(async () => {
    api = await startApi()
    anna = await api.tokenOf({ user: 'anna' })
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const say = async (words: string, owner = 'user:anna') => {
    const input = [{ role: 'user', parts: [{ type: 'text', text: words }] }] as const
    return (await api.store.history.open({ runId: 'run', owner, title: 'A talk', input }, never)).conversation
  }
  const get = (query: string, more = '', token = anna) =>
    api.call('GET', `${path}?query=${encodeURIComponent(query)}${more}`, { token })
  const find = async (query: string, more = '') => foundPage.parse((await get(query, more)).body)

  it('finds what the caller said, with a snippet and the whole conversation', async () => {
    const id = await say('Where is the Straße?')
    await say('Where is the strasse of others?', 'user:ben')
    const { data, next_cursor } = await find('the straße')
    expect(next_cursor).toBeNull()
    const conversation = conversationView.parse(
      (await api.call('GET', `/api/v1/conversations/${id}`, { token: anna })).body,
    )
    expect(data).toEqual([
      {
        conversation,
        message_id: expect.stringMatching(/^msg_/),
        snippet: 'Where is \u0002the\u0003 \u0002Straße\u0003?',
      },
    ])
    const { message_id } = data[0] ?? {}
    expect(await api.call('GET', `/api/v1/messages/${message_id}`, { token: anna })).toMatchObject({
      body: { conversation_id: id },
    })
  })

  it('follows POST, PATCH and DELETE of conversations at once', async () => {
    const made = await api.call('POST', '/api/v1/conversations', { token: anna, json: { title: 'Firstname' } })
    const { id } = conversationView.parse(made.body)
    const one = `/api/v1/conversations/${id}`
    expect((await find('firstname')).data).toMatchObject([{ conversation: { id }, message_id: null }])
    await api.call('PATCH', one, { token: anna, json: { title: 'Secondname' } })
    expect((await find('firstname')).data).toEqual([])
    expect((await find('secondn')).data).toMatchObject([{ conversation: { title: 'Secondname' } }])
    await api.call('DELETE', one, { token: anna })
    expect((await find('secondname')).data).toEqual([])
  })

  it('reads page by page', async () => {
    for (let index = 0; index < 7; index += 1) await say(`pageful number ${index}`)
    const ids: string[] = []
    let cursor: string | null = null
    do {
      const page = await find('pageful', `&limit=3${cursor === null ? '' : `&cursor=${cursor}`}`)
      ids.push(...page.data.map(({ conversation }) => conversation.id))
      cursor = page.next_cursor
    } while (cursor !== null)
    expect(new Set(ids).size).toBe(7)
    expect(ids).toHaveLength(7)
  })

  it('answers any query with results or none', async () => {
    await say('needle')
    const query = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.array(fc.constantFrom('needle', '"', '*', '(', ')', ' OR ', ' NOT ', ':', '^', '\0', '-', "'"), {
        maxLength: 20,
      }),
    )
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        const answer = await get(Array.isArray(asked) ? asked.join('') : asked)
        expect(answer.status).toBe(200)
        foundPage.parse(answer.body)
      }),
      { seed: Date.now() % 2_147_483_647, numRuns: 150, verbose: fc.VerbosityLevel.Verbose },
    )
    for (const nothing of ['', ' ', '"', '*', '🏠']) expect((await find(nothing)).data).toEqual([])
    expect(await api.call('GET', `${path}?query=%ED%A0%80%00%ff`, { token: anna })).toMatchObject({ status: 200 })
  })

  it('says what is missing or wrong', async () => {
    expect(await api.call('GET', path, { token: anna })).toMatchObject({ status: 400, body: { param: 'query' } })
    expect(await get('x'.repeat(1025))).toMatchObject({ status: 400, body: { param: 'query' } })
    expect(await get('x', '&cursor=x')).toMatchObject({ status: 400, body: { param: 'cursor' } })
    expect(await get('x', '&limit=0')).toMatchObject({ status: 400, body: { param: 'limit' } })
    expect(await get('x', '&query=y')).toMatchObject({ status: 400, body: { param: 'query' } })
  })
})

describe('the list of conversations', () => {
  it('is by last use, and paging through it while answers come shows none twice and misses none but those used', async () => {
    await using api = await startApi()
    const anna = await api.tokenOf({ user: 'anna' })
    const made: string[] = []
    for (let index = 0; index < 12; index += 1) {
      api.advance(index % 2)
      const answer = await api.call('POST', '/api/v1/conversations', { token: anna, json: { title: `t${index}` } })
      made.push(conversationView.parse(answer.body).id)
    }
    const read = async (cursor: string) => {
      const { body } = await api.call('GET', `/api/v1/conversations?limit=4${cursor}`, { token: anna })
      return body as { data: { id: string; updated_at: number }[]; next_cursor: string | null }
    }
    const use = async (conversation: string) => {
      api.advance(1)
      const input = [{ role: 'user', parts: [{ type: 'text', text: 'x' }] }] as const
      const run = { runId: `run ${conversation}`, owner: 'user:anna', title: '', conversation, input }
      const { parentId } = await api.store.history.open(run, never)
      await api.store.history.close({
        ...{ runId: run.runId, conversation, parentId, status: 'completed', profile: 'p', usage: null, attempts: [] },
        parts: [],
      })
    }
    const first = await read('')
    const used = [made[0] ?? '', first.data[1]?.id ?? '']
    for (const id of used) await use(id)
    const second = await read(`&cursor=${first.next_cursor}`)
    await use(made[1] ?? '')
    const third = await read(`&cursor=${second.next_cursor}`)
    expect(third.next_cursor).toBeNull()
    const shown = [...first.data, ...second.data, ...third.data]
    const ids = shown.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(made.filter((id) => !ids.includes(id)).toSorted()).toEqual([made[0], made[1]].toSorted())
    for (const page of [first, second, third])
      expect(page.data.map(({ updated_at }) => updated_at)).toEqual(
        page.data.map(({ updated_at }) => updated_at).toSorted((left, right) => right - left),
      )
    const again = await read('')
    expect(again.data.slice(0, 3).map(({ id }) => id)).toEqual([made[1], used[1], used[0]])
  })
})
